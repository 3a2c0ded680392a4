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
	Stream string
	Rows   int64
}

// pending writes the rows of each bundle to a pending stream. The stream of a bundle that failed is never committed, and
// BigQuery drops it.
type pending struct{ streamed }

// add writes a row.
func (f *pending) add(ctx context.Context, r run, x element, refused func(beam.EventTime, beam.X)) error {
	if err := f.recheck(ctx, r); err != nil {
		return err
	}
	if f.out == nil {
		if err := f.open(ctx, r); err != nil {
			return err
		}
	}
	if err := f.write(ctx, x); err != nil {
		return f.explain(ctx, r, err)
	}
	f.release(refused)
	return nil
}

// end finalizes the bundle's stream and emits it, with a fixed key.
func (f *pending) end(ctx context.Context, r run, emit func(int, written), refused func(beam.EventTime, beam.X)) error {
	if f.out == nil {
		return nil
	}
	defer f.abandon()
	if err := f.finish(ctx); err != nil {
		return f.explain(ctx, r, err)
	}
	f.release(refused)
	if f.out.next == 0 {
		return nil // nothing but refused rows
	}
	if err := f.finalize(ctx); err != nil {
		return f.explain(ctx, r, err)
	}
	emit(0, written{Stream: f.out.stream, Rows: f.out.next})
	return nil
}

// open creates a stream.
func (f *pending) open(ctx context.Context, r run) error {
	table, err := r.target(f.Table)
	if err != nil {
		return err
	}
	name, err := f.create(ctx, table, r.Fresh)
	if err != nil {
		return err
	}
	f.out = f.appender(table, name, r)
	f.out.offsets, f.out.fresh = true, false // the stream shows that BigQuery knows the table
	return nil
}

func (f *pending) create(ctx context.Context, table cmekpipe.BigQueryTable, fresh bool) (string, error) {
	request := &storagepb.CreateWriteStreamRequest{Parent: path(table),
		WriteStream: &storagepb.WriteStream{Type: storagepb.WriteStream_PENDING}}
	var stream *storagepb.WriteStream
	err := retry.Do(ctx, newTablePolicy(fresh), func(ctx context.Context) (err error) {
		stream, err = f.client.CreateWriteStream(ctx, request)
		return err
	})
	return stream.GetName(), wrap(table, err)
}

// explain finds out why a stream vanished, as those of a table do whose key was destroyed: rows that another stream
// doesn't take either tell the reason. Nothing of that stream is ever committed.
func (f *pending) explain(ctx context.Context, r run, err error) error {
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

// finalize closes the stream to further rows and compares how many it has.
func (f *pending) finalize(ctx context.Context) error {
	f.out.disconnect()
	rows := f.out.next
	err := retry.Do(ctx, callPolicy(), func(ctx context.Context) error {
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
	if rows != f.out.next {
		return &cmekpipe.Error{Op: opWrite, Code: cmekpipe.Corrupted, Resource: f.out.table.String(),
			Hint: explain.Remedy(explain.Case{Code: cmekpipe.Corrupted}),
			Err:  fmt.Errorf("got a stream of %d rows, want %d", rows, f.out.next)}
	}
	return nil
}
