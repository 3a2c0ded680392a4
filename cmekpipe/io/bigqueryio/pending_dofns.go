package bigqueryio

import (
	"context"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
)

// pendingFn writes rows to a table that another step created for the run.
type pendingFn struct{ pending }

// StartBundle abandons the stream of a failed bundle.
func (f *pendingFn) StartBundle(_ run, _ func(int, written), _ func(beam.EventTime, beam.X)) {
	f.abandon()
}

// ProcessElement writes a row.
func (f *pendingFn) ProcessElement(
	ctx context.Context, t beam.EventTime, row beam.X, r run, _ func(int, written), refused func(beam.EventTime, beam.X),
) error {
	return f.add(ctx, r, element{row, t}, refused)
}

// FinishBundle finalizes the bundle's stream and emits it.
func (f *pendingFn) FinishBundle(
	ctx context.Context, r run, emit func(int, written), refused func(beam.EventTime, beam.X),
) error {
	return f.end(ctx, r, emit, refused)
}

// appendFn writes rows to the destination itself. Each instance prepares the table in Setup: waiting for
// another step's output would break fusion, and the runner would have to materialize all rows.
type appendFn struct {
	pending
	Prepare preparation

	run run
}

// freshness is how long a new table may be unknown to parts of BigQuery.
const freshness = 10 * time.Minute

// Setup prepares the table and opens the client.
func (f *appendFn) Setup(ctx context.Context) error {
	if err := f.checked.Do(ctx, f.prepare); err != nil {
		return err
	}
	return f.pending.Setup(ctx)
}

func (f *appendFn) prepare(ctx context.Context) error {
	if err := f.Prepare.Setup(ctx); err != nil {
		return err
	}
	defer f.Prepare.Teardown() //nolint:errcheck // the metadata was read
	f.run = run{Target: f.Table.ID()}
	meta, err := f.Prepare.prepare(ctx, &f.run)
	if err != nil {
		return err
	}
	// Another instance may have made it.
	f.run.Fresh = f.run.Fresh || time.Since(meta.CreationTime) < freshness
	return nil
}

// StartBundle abandons the stream of a failed bundle.
func (f *appendFn) StartBundle(_ func(int, written), _ func(beam.EventTime, beam.X)) { f.abandon() }

// ProcessElement writes a row.
func (f *appendFn) ProcessElement(
	ctx context.Context, t beam.EventTime, row beam.X, _ func(int, written), refused func(beam.EventTime, beam.X),
) error {
	return f.add(ctx, f.run, element{row, t}, refused)
}

// FinishBundle finalizes the bundle's stream and emits it.
func (f *appendFn) FinishBundle(ctx context.Context, emit func(int, written), refused func(beam.EventTime, beam.X)) error {
	return f.end(ctx, f.run, emit, refused)
}
