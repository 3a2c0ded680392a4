package bigtableio

import (
	"context"

	"cloud.google.com/go/bigtable/apiv2/bigtablepb"
	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/clients/bigtableclient"
	"github.com/cmekpipe/cmekpipe-go/internal/destination"
	"github.com/cmekpipe/cmekpipe-go/internal/pcollection"
)

const opWrite = "bigtableio.Write"

// Write applies each [Mutation] of a PCollection to a row of a table. It checks first that every cluster of the
// instance is encrypted with a named key, and fails for any other instance. Rows are sent in batches, as by Beam's WriteBatch.
//
// Write panics with a [*cmekpipe.Error] when the pipeline is built: for the zero BigtableTable (KeyMissing), and for
// elements or options that can't be used (InvalidOptions).
func Write(s beam.Scope, table cmekpipe.BigtableTable, col beam.PCollection, opts ...WriteOption) {
	s = s.Scope(opWrite)
	must(true, checkInput(table, col))
	o := must(collect(table, opts))
	keys := keyVerifier{Op: opWrite, Table: table, Further: o.additional, Create: o.create, Families: o.families}
	ready := beam.ParDo(s, &verifyFn{Keys: keys}, beam.Impulse(s))
	if o.create {
		col = pcollection.After(s, ready, col)
	}
	keys.Create, keys.Families = false, nil
	beam.ParDo0(s, &applyFn{Keys: keys}, col)
}

// applyFn writes rows in batches. It checks the keys itself, before it accepts a row: waiting for another step's output would
// break fusion, and the runner would have to materialize all rows.
type applyFn struct {
	Keys keyVerifier

	sender sender
	batch  batch
	flight chan error // result of the batch in flight; nil if there is none
}

// Setup gets the process's connections.
func (f *applyFn) Setup(ctx context.Context) error {
	conn, err := bigtableclient.SharedRows(ctx)
	if err != nil {
		return f.Keys.fault(ctx, err)
	}
	f.sender = sender{client: bigtablepb.NewBigtableClient(conn), table: f.Keys.Table}
	return nil
}

// StartBundle checks the keys if the last check is too old, and drops what a failed attempt left; the runner processes its
// rows again.
func (f *applyFn) StartBundle(ctx context.Context) error {
	_ = f.land()
	f.batch = batch{}
	return f.Keys.recheck(ctx)
}

// ProcessElement adds a row to the batch.
func (f *applyFn) ProcessElement(ctx context.Context, m Mutation) error {
	if err := f.Keys.checkMutation(m); err != nil {
		return err
	}
	size := sizeOf(m)
	if f.batch.full(len(m.Ops), size) {
		if err := f.flush(ctx); err != nil {
			return err
		}
	}
	f.batch.add(m, size)
	return nil
}

// FinishBundle writes the rest, and returns when Bigtable has confirmed every row.
func (f *applyFn) FinishBundle(ctx context.Context) error {
	if err := f.flush(ctx); err != nil {
		return err
	}
	return f.land()
}

// flush waits for the batch in flight and sends the next one, so that rows are processed meanwhile and the operations on a
// row stay in order.
func (f *applyFn) flush(ctx context.Context) error {
	if err := f.land(); err != nil {
		return err
	}
	rows := f.batch.entries
	f.batch = batch{}
	if len(rows) == 0 {
		return nil
	}
	if err := f.Keys.recheck(ctx); err != nil {
		return err
	}
	flight := make(chan error, 1)
	f.flight = flight
	go func() { flight <- f.Keys.fault(ctx, f.sender.send(ctx, rows)) }()
	return nil
}

// land waits for the batch in flight.
func (f *applyFn) land() error {
	if f.flight == nil {
		return nil
	}
	err := <-f.flight
	f.flight = nil
	return err
}

// CMEKDestination tells guard the destination and its key.
func (f *applyFn) CMEKDestination() destination.Destination { return f.Keys.destination() }

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
