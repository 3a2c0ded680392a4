package bigtableio

import (
	"context"

	"cloud.google.com/go/bigtable/apiv2/bigtablepb"
	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"google.golang.org/grpc"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/clients/bigtableclient"
	"github.com/cmekpipe/cmekpipe-go/internal/destination"
	"github.com/cmekpipe/cmekpipe-go/internal/keycheck"
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
	beam.ParDo0(s, &verifyFn{Keys: keys}, beam.Impulse(s))
	beam.ParDo0(s, &applyFn{Keys: keys}, col)
}

// verifyFn checks the keys of a table, and may create the table, even if there is no row to write.
type verifyFn struct {
	Keys keyVerifier
}

// ProcessElement checks the keys.
func (f *verifyFn) ProcessElement(ctx context.Context, _ []byte) error { return f.Keys.run(ctx) }

// CMEKDestination tells guard the destination and its key.
func (f *verifyFn) CMEKDestination() destination.Destination { return f.Keys.destination() }

// applyFn writes rows in batches. Each instance checks the keys itself, before it accepts a row: waiting for another step's
// output would break fusion, and the runner would have to materialize all rows.
type applyFn struct {
	Keys keyVerifier

	conn    *grpc.ClientConn
	sender  sender
	checked keycheck.Recheck
	batch   batch
	flight  chan error // result of the batch in flight; nil if there is none
}

// Setup checks the keys and opens the connection.
func (f *applyFn) Setup(ctx context.Context) (err error) {
	if err := f.checked.Do(ctx, f.Keys.run); err != nil {
		return err
	}
	if f.conn, err = bigtableclient.Dial(ctx); err != nil {
		return f.Keys.fault(ctx, err)
	}
	f.sender = sender{client: bigtablepb.NewBigtableClient(f.conn), table: f.Keys.Table}
	return nil
}

// Teardown releases the connection.
func (f *applyFn) Teardown() error {
	_ = f.land() // of a bundle that failed already
	if f.conn == nil {
		return nil
	}
	return f.conn.Close()
}

// StartBundle drops what a failed attempt left; the runner processes its rows again.
func (f *applyFn) StartBundle(context.Context) {
	_ = f.land()
	f.batch = batch{}
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
	if err := f.checked.Do(ctx, f.Keys.clusters); err != nil { // anybody may add a cluster to an instance
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
