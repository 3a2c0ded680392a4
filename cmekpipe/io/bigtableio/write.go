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

const (
	opWrite      = "bigtableio.Write"
	opWriteBatch = "bigtableio.WriteBatch"
)

// Write applies each [Mutation] of a PCollection to a row of a table. It writes nothing before it has seen that every
// cluster of the instance rests under a key that was named, and fails for any other instance.
//
// Write panics with a [*cmekpipe.Error] when the pipeline is built: for the zero BigtableTable (KeyMissing), and for
// elements or options that can't be used (InvalidOptions).
func Write(s beam.Scope, table cmekpipe.BigtableTable, col beam.PCollection, opts ...WriteOption) {
	write(s, opWrite, table, col, opts)
}

// WriteBatch is [Write], which sends rows in batches too: Beam has it beside a Write that sends each row by itself.
func WriteBatch(s beam.Scope, table cmekpipe.BigtableTable, col beam.PCollection, opts ...WriteOption) {
	write(s, opWriteBatch, table, col, opts)
}

func write(s beam.Scope, op string, table cmekpipe.BigtableTable, col beam.PCollection, opts []WriteOption) {
	s = s.Scope(op)
	must(true, checkInput(op, table, col))
	o := must(collect(op, table, opts))
	keys := keyVerifier{Op: op, Table: table, Further: o.further, Create: o.create, Families: o.families}
	beam.ParDo0(s, &verifyFn{Keys: keys}, beam.Impulse(s))
	beam.ParDo0(s, &applyFn{Keys: keys}, col)
}

// verifyFn checks the keys of a table, which it may create, even if there is no row to write.
type verifyFn struct {
	Keys keyVerifier
}

// ProcessElement runs once, for the impulse.
func (f *verifyFn) ProcessElement(ctx context.Context, _ []byte) error { return f.Keys.run(ctx) }

// CMEKDestination names the destination for package guard.
func (f *verifyFn) CMEKDestination() destination.Destination { return f.Keys.destination() }

// CMEKFurtherKeys names the other keys of clusters for package guard.
func (f *verifyFn) CMEKFurtherKeys() destination.Keys { return f.Keys.Further }

// applyFn writes rows in batches. Each instance checks the keys itself, before it accepts a row: waiting for another step to
// do so would split the graph and make the runner store and move all rows.
type applyFn struct {
	Keys keyVerifier

	conn    *grpc.ClientConn
	sender  sender
	checked keycheck.Recheck
	batch   batch
	flight  chan error // what became of the batch before, which is on its way; nil if there is none
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

// StartBundle begins anew: what an attempt that failed left is for the next attempt to write.
func (f *applyFn) StartBundle(context.Context) {
	_ = f.land()
	f.batch = batch{}
}

// ProcessElement takes a row.
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

// FinishBundle writes the rest. A bundle that ends well was answered, row by row.
func (f *applyFn) FinishBundle(ctx context.Context) error {
	if err := f.flush(ctx); err != nil {
		return err
	}
	return f.land()
}

// flush sends the batch on its way once the one before has arrived, so that the next rows are made meanwhile and what is
// written to a row stays in order.
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

// land waits for the batch that is on its way.
func (f *applyFn) land() error {
	if f.flight == nil {
		return nil
	}
	err := <-f.flight
	f.flight = nil
	return err
}

// CMEKDestination names the destination for package guard.
func (f *applyFn) CMEKDestination() destination.Destination { return f.Keys.destination() }

// CMEKFurtherKeys names the other keys of clusters for package guard.
func (f *applyFn) CMEKFurtherKeys() destination.Keys { return f.Keys.Further }

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
