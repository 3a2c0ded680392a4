package bigqueryio

import (
	"context"
	"fmt"

	storage "cloud.google.com/go/bigquery/storage/apiv1"
	"cloud.google.com/go/bigquery/storage/apiv1/storagepb"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/explain"
	"github.com/cmekpipe/cmekpipe-go/internal/retry"
)

// maxUnanswered is how many batches are on their way at a time.
const maxUnanswered = 8

// appender appends batches to one stream of a table, several at a time, and sends again what had no answer.
//
// Rows of a pending stream carry offsets, so that BigQuery stores each batch once however often it is sent. The default
// stream knows no offsets; a batch whose answer was lost is written twice.
type appender struct {
	client  *storage.BigQueryWriteClient
	table   cmekpipe.BigQueryTable
	stream  string
	offsets bool
	fresh   bool // the table may be unknown for a while
	schema  *storagepb.ProtoSchema
	refuse  func(element) // called for rows that BigQuery refuses; nil if that is an error

	conn *connection
	sent []*batch // without an answer, oldest first; all are on their way if there is a connection
	next int64    // offset of the row after the last
}

// append sends a batch, and waits if too many are on their way.
func (a *appender) append(ctx context.Context, b *batch) error {
	a.push(ctx, b)
	if len(a.sent) < maxUnanswered {
		return nil
	}
	return a.awaitOldest(ctx)
}

// push sends a batch. Whether that worked shows when its answer is waited for.
func (a *appender) push(ctx context.Context, b *batch) {
	b.offset = a.next
	a.next += int64(len(b.rows))
	a.sent = append(a.sent, b)
	if a.conn == nil {
		a.connect(ctx) //nolint:errcheck // awaitOldest connects again, and returns the error
	} else if a.conn.send(ctx, a.request(b)) != nil {
		a.disconnect()
	}
}

// flush waits for all answers.
func (a *appender) flush(ctx context.Context) error {
	for len(a.sent) > 0 {
		if err := a.awaitOldest(ctx); err != nil {
			return err
		}
	}
	return nil
}

// close gives up what has no answer.
func (a *appender) close() {
	if a != nil {
		a.disconnect()
		a.sent = nil
	}
}

// awaitOldest waits for the answer to the oldest batch. When the connection breaks, it opens another and sends again what has no
// answer.
func (a *appender) awaitOldest(ctx context.Context) error {
	attempts := newTablePolicy(a.fresh).Start()
	for {
		err := a.await(ctx)
		if err == nil {
			return nil
		}
		a.disconnect()
		if !attempts.Again(ctx, err) {
			return wrap(a.table, retry.Err(ctx, err))
		}
	}
}

func (a *appender) await(ctx context.Context) error {
	if a.conn == nil {
		if err := a.connect(ctx); err != nil {
			return err
		}
	}
	answer, err := a.conn.receive(ctx)
	if err != nil {
		return err
	}
	if len(answer.GetRowErrors()) > 0 {
		return a.refused(ctx, answer.GetRowErrors())
	}
	oldest := a.sent[0]
	if fault := answer.GetError(); fault != nil {
		if !a.offsets || codes.Code(fault.GetCode()) != codes.AlreadyExists {
			return status.FromProto(fault).Err()
		}
	} else if at := answer.GetAppendResult().GetOffset(); a.offsets && at != nil && at.GetValue() != oldest.offset {
		return &cmekpipe.Error{Op: opWrite, Code: cmekpipe.Corrupted, Resource: a.table.String(),
			Hint: explain.Remedy(explain.Case{Code: cmekpipe.Corrupted}),
			Err:  fmt.Errorf("got rows at offset %d, want %d", at.GetValue(), oldest.offset)}
	}
	a.sent = a.sent[1:]
	return nil
}

// refused handles a batch that BigQuery refused because of some rows: it is sent again without them.
func (a *appender) refused(ctx context.Context, faults []*storagepb.RowError) error {
	if a.refuse == nil {
		return a.rowFault(faults)
	}
	bad := map[int]bool{}
	for _, f := range faults {
		bad[int(f.GetIndex())] = true
	}
	oldest := a.sent[0]
	before := len(oldest.rows)
	for _, x := range oldest.without(bad) {
		a.refuse(x)
	}
	gone := int64(before - len(oldest.rows))
	if gone == 0 {
		return a.rowFault(faults)
	}
	a.sent = a.sent[1:]
	if !a.offsets {
		if len(oldest.rows) > 0 {
			a.push(ctx, oldest)
		}
		return nil
	}
	// The following batches have wrong offsets now; BigQuery refuses them until they are sent with new ones.
	a.disconnect()
	a.next -= gone
	for _, b := range a.sent {
		b.offset -= gone
	}
	if len(oldest.rows) > 0 {
		a.sent = append([]*batch{oldest}, a.sent...)
	}
	return nil
}

// rowFault names the reason and not the row, which is the user's.
func (a *appender) rowFault(faults []*storagepb.RowError) error {
	return &cmekpipe.Error{Op: opWrite, Code: cmekpipe.InvalidOptions, Resource: a.table.String(),
		Hint: "use bigqueryio.WriteWithErrors, and compare the refused rows with the table's schema",
		Err:  fmt.Errorf("got %d rows that BigQuery refuses, the first for %s", len(faults), faults[0].GetCode())}
}

func (a *appender) connect(ctx context.Context) error {
	conn, err := dial(ctx, a.client)
	if err != nil {
		return err
	}
	a.conn = conn
	for i, b := range a.sent {
		request := a.request(b)
		if i == 0 {
			request.WriteStream, request.TraceId = a.stream, "cmekpipe-go"
			request.GetProtoRows().WriterSchema = a.schema
		}
		if conn.send(ctx, request) != nil {
			return nil // the reason comes with the answer
		}
	}
	return nil
}

func (a *appender) disconnect() {
	if a.conn != nil {
		a.conn.cancel()
		a.conn = nil
	}
}
