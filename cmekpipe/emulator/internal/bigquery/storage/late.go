package storage

import (
	"sync"
	"time"

	"cloud.google.com/go/bigquery/storage/apiv1/storagepb"
	"google.golang.org/grpc/codes"
)

// quiet is how long nothing arrives on a connection that has received all that its client sent.
const quiet = 20 * time.Millisecond

// lateRequests are requests that arrived on connections that are gone, by stream. BigQuery still carries them out: no
// earlier than before the next request of the same stream, and in any order with those of a new connection. The zero
// lateRequests are none.
type lateRequests struct {
	mu       sync.Mutex
	byStream map[string][]func()
}

func (l *lateRequests) add(stream string, carryOut func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.byStream == nil {
		l.byStream = make(map[string][]func())
	}
	l.byStream[stream] = append(l.byStream[stream], carryOut)
}

// next carries out the oldest late request of a stream and reports whether there was one.
func (l *lateRequests) next(stream string) bool {
	l.mu.Lock()
	waiting := l.byStream[stream]
	if len(waiting) == 0 {
		l.mu.Unlock()
		return false
	}
	l.byStream[stream] = waiting[1:]
	l.mu.Unlock()
	waiting[0]()
	return true
}

// received is a request, or why there are no more.
type received struct {
	request *storagepb.AppendRowsRequest
	err     error
}

// serveLate is serve for a cloud with late requests: the connection breaks after an answer with an error, and what the
// client had sent until then is carried out late, one request after each that comes on a new connection.
func (c *connection) serveLate(call storagepb.BigQueryWrite_AppendRowsServer) error {
	queue := make(chan received, 1000)
	go func() {
		defer close(queue)
		for {
			request, err := call.Recv()
			queue <- received{request, err}
			if err != nil {
				return
			}
		}
	}()
	for got := range queue {
		if got.err != nil {
			return endOf(got.err)
		}
		answer, err := c.answer(got.request)
		if err != nil {
			return err
		}
		c.late.next(c.name)
		broken := answer.GetError() != nil
		if broken {
			c.leave(queue)
		}
		if err := call.Send(answer); err != nil {
			return err
		}
		if broken {
			return refuse(codes.Unavailable, "The connection broke after an answer with an error.")
		}
	}
	return nil
}

// leave makes all requests that the client has sent so far late ones.
func (c *connection) leave(queue <-chan received) {
	for {
		select {
		case got, ok := <-queue:
			if !ok || got.err != nil {
				return
			}
			c.late.add(c.name, func() { c.answer(got.request) }) //nolint:errcheck // nobody waits for the answer
		case <-time.After(quiet):
			return
		}
	}
}
