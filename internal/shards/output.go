package shards

import (
	"context"
	"errors"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/explain"
	"github.com/cmekpipe/cmekpipe-go/internal/destination"
)

// Output is the destination of one write. All of its steps have a copy.
type Output struct {
	// Op is the operation in errors: "textio.WriteSharded".
	Op string
	// Object is the object, or the prefix of the shards' names, and its key.
	Object cmekpipe.Object
	// Sharded says that Object is a prefix.
	Sharded bool
	// Suffix ends the name of each shard.
	Suffix string
	// Shards is the number of shards; 0 if the runner chooses it.
	Shards int
}

// CMEKDestination tells guard what is written.
func (t Output) CMEKDestination() destination.Destination {
	return destination.Destination{Kind: t.kind(), Name: t.Object.String(), Key: t.Object.Key()}
}

func (t Output) kind() cmekpipe.DestinationKind {
	if t.Sharded {
		return cmekpipe.KindShardedObjects
	}
	return cmekpipe.KindObject
}

// complete adds operation and resource to an error of a format. The resource is the one that the user named, not a
// temporary object.
func (t Output) complete(err error) error {
	if e, ok := errors.AsType[*cmekpipe.Error](err); ok && e.Op == "" {
		e.Op, e.Resource = t.Op, t.Object.String()
	}
	return err
}

// internal returns the error of a step that got input that no step before it emits.
func (t Output) internal(got string) error {
	return &cmekpipe.Error{Op: t.Op, Code: cmekpipe.Internal, Resource: t.Object.String(),
		Hint: explain.Remedy(explain.Case{Code: cmekpipe.Internal}), Err: errors.New(got)}
}

// WriteStep is the common part of all DoFns that write, which embed it.
type WriteStep[T any, F Format[T]] struct {
	Output
	// Format encodes the objects.
	Format F

	out *objectWriter[T]
}

// Setup opens the client.
func (f *WriteStep[T, F]) Setup(ctx context.Context) (err error) {
	f.out, err = newObjectWriter[T](ctx, f.Output, f.Format)
	return err
}

// Teardown aborts an open upload and releases the client.
func (f *WriteStep[T, F]) Teardown() error { return f.out.close() }
