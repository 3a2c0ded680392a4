package bigqueryio

import (
	"context"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
)

// defaultFn writes rows to the table's default stream, where they are visible at once.
type defaultFn struct {
	streamed

	to run // that the appender writes for
}

// StartBundle drops the rows of a failed bundle.
func (f *defaultFn) StartBundle(_ run, _ func(beam.EventTime, beam.X)) {
	if f.out != nil && len(f.out.sent) > 0 {
		f.out.close()
	}
	f.refused = nil
	f.encoder.flush()
}

// ProcessElement writes a row.
func (f *defaultFn) ProcessElement(
	ctx context.Context, t beam.EventTime, row beam.X, r run, refused func(beam.EventTime, beam.X),
) error {
	if f.out == nil || f.to != r {
		if err := f.open(ctx, r); err != nil {
			return err
		}
	}
	if err := f.write(ctx, element{row, t}); err != nil {
		return err
	}
	f.release(refused)
	return nil
}

// open gets a connection to the table of a run.
func (f *defaultFn) open(ctx context.Context, r run) error {
	f.abandon()
	table, err := r.target(f.Table)
	if err != nil {
		return err
	}
	stream := path(table) + "/streams/_default"
	lines, err := linesOf(ctx, stream, f.Schema)
	if err != nil {
		return err
	}
	f.out, f.to = f.appender(table, stream, r), r
	f.out.line = lines.pick()
	return nil
}

// FinishBundle waits until all rows of the bundle have arrived.
func (f *defaultFn) FinishBundle(ctx context.Context, _ run, refused func(beam.EventTime, beam.X)) error {
	if f.out == nil {
		return nil
	}
	if err := f.finish(ctx); err != nil {
		return err
	}
	f.release(refused)
	return nil
}
