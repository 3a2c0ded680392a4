package bigqueryio

import (
	"context"
	"errors"
	"fmt"

	"cloud.google.com/go/bigquery/storage/apiv1/storagepb"
	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/explain"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr/bqerr"
	"github.com/cmekpipe/cmekpipe-go/internal/retry"
)

// written is a stream that a bundle filled and finalized. It travels in Beam's row coder.
type written struct {
	Stream      string
	Rows, Bytes int64
}

// pendingFn writes the rows of each bundle to a pending stream. The stream of a bundle that failed is never committed, and
// BigQuery drops it.
type pendingFn struct {
	streamed

	full  []written   // streams of the bundle that get no more rows
	limit commitLimit // of the dataset's location; zero in workers before the first row
}

// StartBundle abandons the streams of a failed bundle.
func (f *pendingFn) StartBundle(_ run, _ func(int, written), _ func(beam.EventTime, beam.X)) {
	f.abandon()
	f.full = nil
}

// ProcessElement writes a row.
func (f *pendingFn) ProcessElement(
	ctx context.Context, t beam.EventTime, row beam.X, r run, _ func(int, written), refused func(beam.EventTime, beam.X),
) error {
	if f.out == nil {
		if err := f.open(ctx, r); err != nil {
			return err
		}
	}
	if err := f.write(ctx, element{row, t}); err != nil {
		return f.explain(ctx, r, err)
	}
	f.release(refused)
	if f.out.bytes > f.limit.streamBytes() {
		return f.divide(ctx, r)
	}
	return nil
}

// divide ends a stream that one commit could not have together with others, if its rows go to a temporary table, which
// several commits may fill; the next row opens another stream. A bundle for the destination that one commit can't have is refused
// before it sends more rows.
func (f *pendingFn) divide(ctx context.Context, r run) error {
	if !r.isTemporary(f.Table) {
		bytes := f.out.bytes
		for _, stream := range f.full {
			bytes += stream.Bytes
		}
		if bytes > f.limit.bytes {
			return f.limit.exceeded(f.out.table, bytes, 1)
		}
		return nil
	}
	err := f.finish(ctx)
	if err == nil {
		err = f.finalize(ctx, f.out.next)
	}
	if err != nil {
		return f.explain(ctx, r, err)
	}
	f.out = nil
	return nil
}

// FinishBundle finalizes the bundle's stream and emits it, with a fixed key.
func (f *pendingFn) FinishBundle(
	ctx context.Context, r run, emit func(int, written), refused func(beam.EventTime, beam.X),
) error {
	defer f.abandon()
	if f.out != nil {
		if err := f.finish(ctx); err != nil {
			return f.explain(ctx, r, err)
		}
		if err := f.finalize(ctx, f.out.next); err != nil {
			return f.explain(ctx, r, err)
		}
	}
	f.release(refused)
	for _, stream := range f.full {
		emit(0, stream)
	}
	f.full = nil
	return nil
}

// open creates a stream. BigQuery may not know a new table yet, but a temporary one is also gone when the run has ended, which
// a late attempt finds out at once.
func (f *pendingFn) open(ctx context.Context, r run) error {
	err := f.openIn(ctx, r, false)
	if r.Fresh && errors.Is(err, cmekpipe.NotFound) && !f.hasEnded(ctx, r) {
		return f.openIn(ctx, r, true)
	}
	return err
}

// hasEnded reports whether the rows of a temporary table were published.
func (f *pendingFn) hasEnded(ctx context.Context, r run) bool {
	if !r.isTemporary(f.Table) {
		return false
	}
	client, err := openClient(ctx, f.Table)
	if err != nil {
		return false
	}
	done, err := (&publication{client: client, table: f.Table, run: r}).job().isDone(ctx)
	return done && err == nil
}

func (f *pendingFn) openIn(ctx context.Context, r run, fresh bool) error {
	table, err := r.target(f.Table)
	if err != nil {
		return err
	}
	if err := f.recheck(ctx, table, fresh); err != nil {
		return err
	}
	name, err := f.create(ctx, table, fresh)
	if err != nil {
		return err
	}
	if f.limit == (commitLimit{}) {
		f.limit = commitLimits(r.Location)
	}
	f.out = f.appender(table, name, r)
	f.out.offsets, f.out.fresh = true, false // the stream shows that BigQuery knows the table
	f.out.renew = f.renew
	return nil
}

// renew ends the open stream after its first rows and returns the name of another one.
func (f *pendingFn) renew(ctx context.Context, rows int64) (string, error) {
	if err := f.finalize(ctx, rows); err != nil {
		return "", err
	}
	return f.create(ctx, f.out.table, false)
}

func (f *pendingFn) create(ctx context.Context, table cmekpipe.BigQueryTable, fresh bool) (string, error) {
	request := &storagepb.CreateWriteStreamRequest{Parent: path(table),
		WriteStream: &storagepb.WriteStream{Type: storagepb.WriteStream_PENDING}}
	done, err := spreadCreation(ctx)
	if err != nil {
		return "", err
	}
	defer done()
	var stream *storagepb.WriteStream
	err = retry.Do(ctx, createPolicy(fresh), func(ctx context.Context) (err error) {
		stream, err = f.client.CreateWriteStream(ctx, request)
		return err
	})
	return stream.GetName(), wrap(table, err)
}

// explain finds out why a stream vanished, as those of a table do whose key was destroyed: if another stream refuses the
// rows too, its error tells the reason. Nothing of that stream is ever committed.
func (f *pendingFn) explain(ctx context.Context, r run, err error) error {
	if !errors.Is(err, cmekpipe.NotFound) {
		return err
	}
	name, reason := f.create(ctx, f.out.table, false)
	if reason != nil {
		return reason
	}
	if len(f.out.sent) == 0 {
		return err
	}
	probe := f.appender(f.out.table, name, r)
	probe.offsets, probe.fresh, probe.refuse = true, false, nil
	defer probe.close()
	rows := *f.out.sent[0]
	probe.push(ctx, &rows)
	if reason := probe.flush(ctx); reason != nil && !errors.Is(reason, cmekpipe.InvalidOptions) {
		return reason
	}
	return err
}

// finalize closes the open stream to further rows, and adds it to the bundle's unless it has none. A stream with another number
// of rows than wanted is an error. If the answer of the call that finalized the stream was lost, no other call of the API returns
// the number. Then the offsets prove it: only this bundle knows the stream's name, BigQuery acknowledged each batch at its offset,
// up to want, and accepts no batch whose offset is not the end of the stream.
func (f *pendingFn) finalize(ctx context.Context, want int64) error {
	f.out.disconnect()
	rows := want
	err := retry.Do(ctx, commitPolicy(), func(ctx context.Context) error {
		done, err := f.client.FinalizeWriteStream(ctx, &storagepb.FinalizeWriteStreamRequest{Name: f.out.stream})
		if err == nil {
			rows = done.GetRowCount()
		}
		if bqerr.StreamFinalized(err) {
			return nil // by an attempt whose answer was lost
		}
		return err
	})
	if err != nil {
		return wrap(f.out.table, err)
	}
	if rows != want {
		return &cmekpipe.Error{Op: opWrite, Code: cmekpipe.Corrupted, Resource: f.out.table.String(),
			Hint: explain.Remedy(explain.Case{Code: cmekpipe.Corrupted}),
			Err:  fmt.Errorf("got a stream of %d rows, want %d", rows, want)}
	}
	if rows > 0 {
		f.full = append(f.full, written{Stream: f.out.stream, Rows: rows, Bytes: f.out.bytes})
	}
	return nil
}
