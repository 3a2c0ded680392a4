package bigqueryio

import (
	"context"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
)

// defaultFn writes rows to the table's default stream, where they are visible at once.
type defaultFn struct{ streamed }

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
	if err := f.recheck(ctx, r); err != nil {
		return err
	}
	table, err := r.target(f.Table)
	if err != nil {
		return err
	}
	if stream := path(table) + "/streams/_default"; f.out == nil || f.out.stream != stream {
		f.abandon()
		lines, err := linesOf(ctx, stream, f.Schema)
		if err != nil {
			return err
		}
		f.out = f.appender(table, stream, r)
		f.out.line = lines.pick()
	}
	if err := f.write(ctx, element{row, t}); err != nil {
		return err
	}
	f.release(refused)
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
