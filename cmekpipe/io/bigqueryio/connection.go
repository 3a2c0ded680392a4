package bigqueryio

import (
	"context"
	"net/url"
	"runtime"

	storage "cloud.google.com/go/bigquery/storage/apiv1"
	"cloud.google.com/go/bigquery/storage/apiv1/storagepb"
	grpcmetadata "google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

// connection is an open AppendRows call. It outlives the contexts of the calls that use it, because it serves one bundle
// after another. It ends with the DoFn that holds it, which Beam drops without a call of Teardown when its bundle fails.
type connection struct {
	call   storagepb.BigQueryWrite_AppendRowsClient
	cancel context.CancelFunc
}

// dial opens a call for a stream. Its header tells Google's front ends the region of the stream, which the generated client
// can't do for a call in both directions.
// Source: https://docs.cloud.google.com/bigquery/docs/write-api-best-practices.
func dial(ctx context.Context, client *storage.BigQueryWriteClient, stream string) (*connection, error) {
	own, cancel := context.WithCancel(context.WithoutCancel(ctx))
	own = grpcmetadata.AppendToOutgoingContext(own, "x-goog-request-params", "write_stream="+url.QueryEscape(stream))
	c := &connection{cancel: cancel}
	var err error
	c.within(ctx, func() { c.call, err = client.AppendRows(own) })
	if err != nil {
		cancel()
		return nil, err
	}
	runtime.AddCleanup(c, func(cancel context.CancelFunc) { cancel() }, cancel)
	return c, nil
}

// within does something that ends with the connection, which ends with the context or when there was no answer for long.
func (c *connection) within(ctx context.Context, do func()) {
	ctx, cancel := context.WithTimeout(ctx, attemptTimeout)
	defer cancel()
	stop := context.AfterFunc(ctx, c.cancel)
	defer stop()
	do()
}

func (c *connection) send(ctx context.Context, request *storagepb.AppendRowsRequest) (err error) {
	c.within(ctx, func() { err = c.call.Send(request) })
	return err
}

func (c *connection) receive(ctx context.Context) (answer *storagepb.AppendRowsResponse, err error) {
	c.within(ctx, func() { answer, err = c.call.Recv() })
	return answer, err
}

func (a *appender) request(b *batch) *storagepb.AppendRowsRequest {
	request := &storagepb.AppendRowsRequest{Rows: &storagepb.AppendRowsRequest_ProtoRows{
		ProtoRows: &storagepb.AppendRowsRequest_ProtoData{Rows: &storagepb.ProtoRows{SerializedRows: b.rows}}}}
	if a.offsets {
		request.Offset = wrapperspb.Int64(b.offset)
	}
	return request
}
