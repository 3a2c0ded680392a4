package spannerio

import (
	"context"

	"cloud.google.com/go/spanner"
	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/clients/spannerclient"
	"github.com/cmekpipe/cmekpipe-go/internal/destination"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
	"github.com/cmekpipe/cmekpipe-go/internal/pcollection"
)

const opWrite = "spannerio.Write"

// Write inserts or updates a row of a table for each element of a PCollection of structs. It checks first that
// the database is encrypted with its key, and fails for any other database. Rows may be written again by a retry.
//
// Write panics with a [*cmekpipe.Error] when the pipeline is built: for the zero SpannerDatabase (KeyMissing), and for
// elements or options that can't be used (InvalidOptions).
func Write(s beam.Scope, db cmekpipe.SpannerDatabase, table string, col beam.PCollection, opts ...WriteOption) {
	s = s.Scope(opWrite)
	columns := must(checkInput(db, table, col))
	o := must(collect(db, opts))
	check := check{Database: db, Further: o.additional, Create: o.create, DDL: o.ddl}
	ready := beam.ParDo(s, &verifyFn{Check: check}, beam.Impulse(s))
	if o.create {
		col = pcollection.After(s, ready, col)
	}
	check.Create, check.DDL = false, nil
	beam.ParDo0(s, &commitFn{Check: check, Table: table, Rows: min(o.rows, max(1, maxCells/columns))}, col)
}

// commitFn writes rows in batches. It checks the database's keys itself, before it accepts a row: waiting for another
// step's output would break fusion, and the runner would have to materialize all rows.
type commitFn struct {
	Check check
	Table string
	Rows  int // maximum number in a batch

	client *spanner.Client
	batch  batch
	flight chan error // result of the batch in flight; nil if there is none
}

// StartBundle checks the database's keys if the last check is too old, gets the process's client, and drops what a failed
// attempt left; the runner processes its rows again.
func (f *commitFn) StartBundle(ctx context.Context) (err error) {
	_ = f.land()
	f.batch = batch{}
	if err := f.Check.recheck(ctx); err != nil {
		return err
	}
	f.client, err = spannerclient.Shared(ctx, f.Check.Database.String())
	return f.fault(ctx, err)
}

// ProcessElement adds a row to the batch.
func (f *commitFn) ProcessElement(ctx context.Context, row beam.X) error {
	m, err := spanner.InsertOrUpdateStruct(f.Table, row)
	if err != nil {
		return f.fault(ctx, err)
	}
	size := sizeOf(row)
	if f.batch.full(size, f.Rows) {
		if err := f.flush(ctx); err != nil {
			return err
		}
	}
	f.batch.add(m, size)
	return nil
}

// FinishBundle writes the rest.
func (f *commitFn) FinishBundle(ctx context.Context) error {
	if err := f.flush(ctx); err != nil {
		return err
	}
	return f.land()
}

// flush waits for the batch in flight and sends the next one, so that rows are processed meanwhile and batches stay in
// order.
func (f *commitFn) flush(ctx context.Context) error {
	if err := f.land(); err != nil {
		return err
	}
	rows, flight := f.batch.rows, make(chan error, 1)
	f.batch = batch{}
	if len(rows) == 0 {
		return nil
	}
	if err := f.Check.recheck(ctx); err != nil {
		return err
	}
	f.flight = flight
	go func() { flight <- f.apply(ctx, rows) }()
	return nil
}

// land waits for the batch in flight.
func (f *commitFn) land() error {
	if f.flight == nil {
		return nil
	}
	err := <-f.flight
	f.flight = nil
	return err
}

// apply commits rows, in parts if a commit is too large for Spanner. Commits are idempotent, so ApplyAtLeastOnce can save
// the call that begins a transaction.
func (f *commitFn) apply(ctx context.Context, rows []*spanner.Mutation) error {
	_, err := f.client.Apply(ctx, rows, spanner.ApplyAtLeastOnce())
	if half := len(rows) / 2; half > 0 && gcperr.SpannerCommitTooLarge(err) {
		if err := f.apply(ctx, rows[:half]); err != nil {
			return err
		}
		return f.apply(ctx, rows[half:])
	}
	if gcperr.IsNotFound(err) {
		spannerclient.Discard(ctx, f.Check.Database.String(), f.client)
	}
	return f.fault(ctx, err)
}

func (f *commitFn) fault(ctx context.Context, err error) error {
	return dataFault(ctx, opWrite, f.Check.Database.String(), f.Check.Database.Key(), err)
}

// CMEKDestination tells guard the destination and its key.
func (f *commitFn) CMEKDestination() destination.Destination { return f.Check.destination() }

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
