package bigqueryio

import (
	"context"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
)

// pendingFn writes rows to a table that another step made for the run.
type pendingFn struct{ pending }

// StartBundle gives up what a bundle that failed left open.
func (f *pendingFn) StartBundle(_ run, _ func(int, written), _ func(beam.EventTime, beam.X)) {
	f.abandon()
}

// ProcessElement writes a row.
func (f *pendingFn) ProcessElement(
	ctx context.Context, t beam.EventTime, row beam.X, r run, _ func(int, written), refused func(beam.EventTime, beam.X),
) error {
	return f.take(ctx, r, element{row, t}, refused)
}

// FinishBundle finalizes the bundle's stream and emits it.
func (f *pendingFn) FinishBundle(
	ctx context.Context, r run, emit func(int, written), refused func(beam.EventTime, beam.X),
) error {
	return f.end(ctx, r, emit, refused)
}

// appendFn writes rows to the destination itself. Each of its instances prepares the table before it takes a row: the
// answer of another step would have to be waited for, which parts the graph and makes the runner store and carry all rows.
type appendFn struct {
	pending
	Prepare preparation

	run run
}

// freshness is how long BigQuery may take at most to know a new table everywhere.
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
	defer f.Prepare.Teardown() //nolint:errcheck // it has told what it was asked
	f.run = run{Target: f.Table.ID()}
	meta, err := f.Prepare.prepare(ctx, &f.run)
	if err != nil {
		return err
	}
	// Another instance may have made it.
	f.run.Fresh = f.run.Fresh || time.Since(meta.CreationTime) < freshness
	return nil
}

// StartBundle gives up what a bundle that failed left open.
func (f *appendFn) StartBundle(_ func(int, written), _ func(beam.EventTime, beam.X)) { f.abandon() }

// ProcessElement writes a row.
func (f *appendFn) ProcessElement(
	ctx context.Context, t beam.EventTime, row beam.X, _ func(int, written), refused func(beam.EventTime, beam.X),
) error {
	return f.take(ctx, f.run, element{row, t}, refused)
}

// FinishBundle finalizes the bundle's stream and emits it.
func (f *appendFn) FinishBundle(ctx context.Context, emit func(int, written), refused func(beam.EventTime, beam.X)) error {
	return f.end(ctx, f.run, emit, refused)
}
