package bigqueryio

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"

	storage "cloud.google.com/go/bigquery/storage/apiv1"
	"cloud.google.com/go/bigquery/storage/apiv1/storagepb"

	"github.com/cmekpipe/cmekpipe-go/internal/clients/bigqueryclient"
	"github.com/cmekpipe/cmekpipe-go/internal/clients/shared"
)

// lines are the connections of a worker process to one default stream. All DoFns that write rows of the same schema to it
// share them, because BigQuery allows a project 1,000 connections in a region and a worker has hundreds of DoFns.
// Source: https://docs.cloud.google.com/bigquery/docs/write-api-best-practices#connection_pool_management.
type lines struct {
	all  []*line
	next atomic.Uint32
}

// linesOf returns the process's lines to a stream.
func linesOf(ctx context.Context, stream, schema string) (*lines, error) {
	id := shared.ID{Service: "bigquery default stream", Endpoint: bigqueryclient.StorageEndpoint(), Resource: stream, Keys: schema}
	return shared.Client(ctx, id, func(context.Context) (*lines, error) {
		l := &lines{}
		for range min(4, runtime.GOMAXPROCS(0)) {
			l.all = append(l.all, &line{})
		}
		return l, nil
	})
}

// pick returns a line for a DoFn.
func (l *lines) pick() *line { return l.all[int(l.next.Add(1))%len(l.all)] }

// Close ends all connections.
func (l *lines) Close() {
	for _, one := range l.all {
		one.reset()
	}
}

// line is a connection that several appenders send requests on. BigQuery answers in the order of the requests.
type line struct {
	mu      sync.Mutex
	conn    *connection  // nil before the first request and after a failure
	waiting []chan reply // for the answers to come, oldest first
}

// reply is the answer to a request, or why there is none.
type reply struct {
	answer *storagepb.AppendRowsResponse
	err    error
}

// send sends a request and returns where its reply will be. The first request of a connection names stream and schema.
func (l *line) send(
	ctx context.Context, client *storage.BigQueryWriteClient, stream string, schema *storagepb.ProtoSchema,
	request *storagepb.AppendRowsRequest,
) <-chan reply {
	to := make(chan reply, 1)
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.conn == nil {
		conn, err := dial(context.Background(), client, stream) // it belongs to no bundle
		if err != nil {
			to <- reply{err: err}
			return to
		}
		l.conn = conn
		request.WriteStream, request.TraceId = stream, traceID
		request.GetProtoRows().WriterSchema = schema
		go l.receive(conn)
	}
	l.waiting = append(l.waiting, to)
	l.conn.send(ctx, request) //nolint:errcheck // receive gets the reason
	return to
}

// receive hands on the answers of a connection until it ends. Requests without an answer get its error.
func (l *line) receive(conn *connection) {
	for {
		answer, err := conn.call.Recv()
		l.mu.Lock()
		if err != nil {
			for _, to := range l.waiting {
				to <- reply{err: err}
			}
			l.conn, l.waiting = nil, nil
			l.mu.Unlock()
			conn.cancel()
			return
		}
		if len(l.waiting) > 0 {
			l.waiting[0] <- reply{answer: answer}
			l.waiting = l.waiting[1:]
		}
		l.mu.Unlock()
	}
}

// reset ends the connection, which may hang. The next request opens another.
func (l *line) reset() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.conn != nil {
		l.conn.cancel()
	}
}
