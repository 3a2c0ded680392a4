package bigtableio

import (
	"context"
	"time"

	"cloud.google.com/go/bigtable/apiv2/bigtablepb"
	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"google.golang.org/grpc"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/endpoint"
	"github.com/cmekpipe/cmekpipe-go/internal/sink"
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
	look := lookout{Op: op, Table: table, Further: o.further}
	seen := beam.ParDo(s, &lookFn{Lookout: look, Create: o.create, Families: o.families}, beam.Impulse(s))
	beam.ParDo0(s, &applyFn{Lookout: look, Every: o.every}, col, beam.SideInput{Input: seen})
}

// lookFn looks once in a run whether a table rests under its keys, and may make the table. It emits when that was, in
// nanoseconds since 1970, for the writers to begin.
type lookFn struct {
	Lookout  lookout
	Create   bool
	Families []string
}

// ProcessElement takes the impulse.
func (f *lookFn) ProcessElement(ctx context.Context, _ []byte, emit func(int64)) error {
	at := time.Now()
	if err := f.Lookout.clusters(ctx); err != nil {
		return err
	}
	if f.Create {
		if err := f.Lookout.create(ctx, f.Families); err != nil {
			return err
		}
	}
	if err := f.Lookout.table(ctx); err != nil {
		return err
	}
	emit(at.UnixNano())
	return nil
}

// CMEKDestination tells guard what rests where.
func (f *lookFn) CMEKDestination() sink.Destination { return f.Lookout.destination() }

// CMEKFurtherKeys tells guard which other keys clusters may have.
func (f *lookFn) CMEKFurtherKeys() sink.Keys { return f.Lookout.Further }

// applyFn writes rows in batches.
type applyFn struct {
	Lookout lookout
	Every   time.Duration // how old a look at the keys may be

	conn   *grpc.ClientConn
	sender sender
	looked time.Time
	batch  batch
}

// Setup opens the connection.
func (f *applyFn) Setup(ctx context.Context) (err error) {
	if f.conn, err = endpoint.Bigtable(ctx); err != nil {
		return f.Lookout.fault(ctx, err)
	}
	f.sender = sender{client: bigtablepb.NewBigtableClient(f.conn), table: f.Lookout.Table}
	return nil
}

// Teardown releases the connection.
func (f *applyFn) Teardown() error {
	if f.conn == nil {
		return nil
	}
	return f.conn.Close()
}

// StartBundle begins anew: what an attempt that failed left is for the next attempt to write.
func (f *applyFn) StartBundle(_ context.Context, seen int64) {
	f.batch = batch{}
	if at := time.Unix(0, seen); at.After(f.looked) {
		f.looked = at
	}
}

// ProcessElement takes a row.
func (f *applyFn) ProcessElement(ctx context.Context, m Mutation, _ int64) error {
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
func (f *applyFn) FinishBundle(ctx context.Context, _ int64) error { return f.flush(ctx) }

func (f *applyFn) flush(ctx context.Context) error {
	rows := f.batch.entries
	f.batch = batch{}
	if len(rows) == 0 {
		return nil
	}
	if err := f.lookAgain(ctx); err != nil {
		return err
	}
	return f.Lookout.fault(ctx, f.sender.send(ctx, rows))
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
func (f *applyFn) CMEKDestination() sink.Destination { return f.Lookout.destination() }

// CMEKFurtherKeys tells guard which other keys clusters may have.
func (f *applyFn) CMEKFurtherKeys() sink.Keys { return f.Lookout.Further }

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
