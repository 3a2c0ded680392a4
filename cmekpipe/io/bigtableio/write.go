package bigtableio

import (
	"context"
	"time"

	"cloud.google.com/go/bigtable/apiv2/bigtablepb"
	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"google.golang.org/grpc"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/clients/bigtableclient"
	"github.com/cmekpipe/cmekpipe-go/internal/destination"
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
	look := lookout{Op: op, Table: table, Further: o.further, Create: o.create, Families: o.families}
	beam.ParDo0(s, &lookFn{Lookout: look}, beam.Impulse(s))
	beam.ParDo0(s, &applyFn{Lookout: look, Every: o.every}, col)
}

// lookFn looks whether a table rests under its keys, and may make the table, where there may be no row to be written.
type lookFn struct {
	Lookout lookout
}

// ProcessElement takes the impulse.
func (f *lookFn) ProcessElement(ctx context.Context, _ []byte) error { return f.Lookout.run(ctx) }

// CMEKDestination tells guard what rests where.
func (f *lookFn) CMEKDestination() destination.Destination { return f.Lookout.destination() }

// applyFn writes rows in batches. Each of its instances looks at the keys before it takes a row: an answer from another
// step would have to be waited for, which parts the graph and makes the runner store and carry all rows.
type applyFn struct {
	Lookout lookout
	Every   time.Duration // how old a look at the keys may be

	conn   *grpc.ClientConn
	sender sender
	looked time.Time
	batch  batch
	flight chan error // what became of the batch before, which is on its way; nil if there is none
}

// Setup looks at the keys and opens the connection.
func (f *applyFn) Setup(ctx context.Context) (err error) {
	at := time.Now()
	if err := f.Lookout.run(ctx); err != nil {
		return err
	}
	if f.conn, err = bigtableclient.Dial(ctx); err != nil {
		return f.Lookout.fault(ctx, err)
	}
	f.looked = at
	f.sender = sender{client: bigtablepb.NewBigtableClient(f.conn), table: f.Lookout.Table}
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
	if err := f.Lookout.checkMutation(m); err != nil {
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
	if err := f.lookAgain(ctx); err != nil {
		return err
	}
	flight := make(chan error, 1)
	f.flight = flight
	go func() { flight <- f.Lookout.fault(ctx, f.sender.send(ctx, rows)) }()
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

// lookAgain looks at the keys if the last look is too old, since anybody may add a cluster to an instance.
func (f *applyFn) lookAgain(ctx context.Context) error {
	now := time.Now()
	if now.Sub(f.looked) < f.Every {
		return nil
	}
	if err := f.Lookout.clusters(ctx); err != nil {
		return err
	}
	f.looked = now
	return nil
}

// CMEKDestination tells guard what rests where.
func (f *applyFn) CMEKDestination() destination.Destination { return f.Lookout.destination() }

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
