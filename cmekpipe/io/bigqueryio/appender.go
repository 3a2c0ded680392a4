package bigqueryio

import (
	"context"
	"fmt"
	"time"

	storage "cloud.google.com/go/bigquery/storage/apiv1"
	"cloud.google.com/go/bigquery/storage/apiv1/storagepb"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/explain"
	"github.com/cmekpipe/cmekpipe-go/internal/retry"
)

// traceID tells Google who calls.
const traceID = "cmekpipe-go"

// maxUnanswered is how many batches are on their way at a time.
const maxUnanswered = 8

// appender appends batches to one stream of a table, several at a time, and sends again what had no answer.
//
// Rows of a pending stream carry offsets, so that BigQuery stores each batch once however often it is sent. The default
// stream knows no offsets; a batch whose answer was lost is written twice. A batch that BigQuery says is there already
// (ALREADY_EXISTS) was stored by an earlier attempt: no other batch was ever sent with its offset to its stream.
type appender struct {
	client  *storage.BigQueryWriteClient
	table   cmekpipe.BigQueryTable
	stream  string
	offsets bool
	fresh   bool // the table may be unknown for a while
	schema  *storagepb.ProtoSchema
	check   func(context.Context) error // of the table's key, before rows are sent
	refuse  func(element)               // called for rows that BigQuery refuses; nil if that is an error
	// renew ends the stream after its first rows and returns another one, which gets the following rows. Only for a stream
	// with offsets.
	renew     func(ctx context.Context, rows int64) (stream string, err error)
	unbounded bool  // the input never ends
	line      *line // of the process, instead of a connection of its own; only for a stream without offsets

	conn  *connection
	sent  []*batch // without an answer, oldest first; all are on their way if there is a connection
	next  int64    // offset of the row after the last
	bytes int64    // of the rows that were appended
}

// append sends a batch, and waits if too many are on their way.
func (a *appender) append(ctx context.Context, b *batch) error {
	if err := a.check(ctx); err != nil {
		return err
	}
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
	if a.line != nil {
		b.reply = a.line.send(ctx, a.client, a.stream, a.schema, a.request(b))
		return
	}
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
	attempts := appendPolicy(a.fresh, a.unbounded).Start()
	for {
		err := a.await(ctx)
		if err == nil {
			return nil
		}
		a.disconnect()
		if !attempts.Again(ctx, err) {
			return wrap(a.table, retry.Err(ctx, err))
		}
		if err := a.check(ctx); err != nil { // the pause may have been long
			return err
		}
	}
}

func (a *appender) await(ctx context.Context) error {
	answer, err := a.receive(ctx)
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
	a.bytes += oldest.size()
	a.sent = a.sent[1:]
	return nil
}

// receive returns the answer to the oldest batch, which it sends first if it has to.
func (a *appender) receive(ctx context.Context) (*storagepb.AppendRowsResponse, error) {
	if a.line != nil {
		return a.receiveOnLine(ctx)
	}
	if a.conn == nil {
		if err := a.connect(ctx); err != nil {
			return nil, err
		}
	}
	return a.conn.receive(ctx)
}

func (a *appender) receiveOnLine(ctx context.Context) (*storagepb.AppendRowsResponse, error) {
	oldest := a.sent[0]
	if oldest.reply == nil {
		oldest.reply = a.line.send(ctx, a.client, a.stream, a.schema, a.request(oldest))
	}
	coming := oldest.reply
	oldest.reply = nil // if it is an error, the next attempt sends the batch again
	timer := time.NewTimer(attemptTimeout)
	defer timer.Stop()
	select {
	case r := <-coming:
		return r.answer, r.err
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-timer.C:
		a.line.reset()
		return nil, context.DeadlineExceeded
	}
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
	if len(oldest.rows) == before {
		return a.rowFault(faults)
	}
	a.sent = a.sent[1:]
	if !a.offsets {
		if len(oldest.rows) > 0 {
			a.push(ctx, oldest)
		}
		return nil
	}
	return a.realign(ctx, oldest)
}

// realign gives the batches that follow a refused one new offsets and sends them again, after what is left of that one.
//
// Their first copies are still on their way, with offsets that are wrong now. One that BigQuery carries out only after
// others were appended again could fit in by chance: its rows would be in the stream twice, and those of another batch, of
// which BigQuery then says that its offset exists already, not at all. So each copy must have its answer first. If the
// connection breaks before, the stream is closed, and another one gets the rest.
func (a *appender) realign(ctx context.Context, oldest *batch) error {
	at, answered := oldest.offset, a.drain(ctx, len(a.sent))
	if len(oldest.rows) > 0 {
		a.sent = append([]*batch{oldest}, a.sent...)
	}
	if !answered {
		a.disconnect()
		stream, err := a.renew(ctx, at)
		if err != nil {
			return err
		}
		a.stream, a.bytes, at = stream, 0, 0
	}
	for _, b := range a.sent {
		b.offset = at
		at += int64(len(b.rows))
	}
	a.next = at
	if a.conn != nil && !a.resend(ctx, a.conn) {
		a.disconnect()
	}
	return nil
}

// drain receives the answers to n batches behind a refused one, all of which are refusals, and reports whether they came.
func (a *appender) drain(ctx context.Context, n int) bool {
	for range n {
		answer, err := a.conn.receive(ctx)
		if err != nil || answer.GetError() == nil {
			return false
		}
	}
	return true
}

// resend sends all batches without an answer and reports whether that worked.
func (a *appender) resend(ctx context.Context, conn *connection) bool {
	for _, b := range a.sent {
		if conn.send(ctx, a.request(b)) != nil {
			return false
		}
	}
	return true
}

// rowFault names the reason and not the row, which is the user's.
func (a *appender) rowFault(faults []*storagepb.RowError) error {
	return &cmekpipe.Error{Op: opWrite, Code: cmekpipe.InvalidOptions, Resource: a.table.String(),
		Hint: "use bigqueryio.WriteWithErrors, and compare the refused rows with the table's schema",
		Err:  fmt.Errorf("got %d rows that BigQuery refuses, the first for %s", len(faults), faults[0].GetCode())}
}

func (a *appender) connect(ctx context.Context) error {
	conn, err := dial(ctx, a.client, a.stream)
	if err != nil {
		return err
	}
	a.conn = conn
	for i, b := range a.sent {
		request := a.request(b)
		if i == 0 {
			request.WriteStream, request.TraceId = a.stream, traceID
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
