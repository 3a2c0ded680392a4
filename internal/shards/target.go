package shards

import (
	"context"
	"errors"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/explain"
	"github.com/cmekpipe/cmekpipe-go/internal/destination"
)

// Target is what all steps of one write know of where it goes.
type Target struct {
	// Op stands in errors as the operation that failed: "textio.WriteSharded".
	Op string
	// Object is the one object, or the prefix of the shards' names, and its key.
	Object cmekpipe.Object
	// Sharded says that Object is a prefix.
	Sharded bool
	// Suffix ends the name of each shard.
	Suffix string
	// Shards is how many there will be; 0 if the runner decides.
	Shards int
}

// CMEKDestination tells guard what rests where.
func (t Target) CMEKDestination() destination.Destination {
	return destination.Destination{Name: t.Object.String(), Key: t.Object.Key(), Extent: t.extent()}
}

func (t Target) extent() destination.Extent {
	if t.Sharded {
		return destination.Shards
	}
	return destination.Whole
}

// complete gives an error of a format what it can't know. The resource is what the user named, not a temporary object.
func (t Target) complete(err error) error {
	if e, ok := errors.AsType[*cmekpipe.Error](err); ok && e.Op == "" {
		e.Op, e.Resource = t.Op, t.Object.String()
	}
	return err
}

// internal returns the error of a step that got what the steps before it never give.
func (t Target) internal(got string) error {
	return &cmekpipe.Error{Op: t.Op, Code: cmekpipe.Internal, Resource: t.Object.String(),
		Hint: explain.Remedy(explain.Case{Code: cmekpipe.Internal}), Err: errors.New(got)}
}

// Writing is a Target with the format of what is written. DoFns that write embed it.
type Writing[T any, F Format[T]] struct {
	Target
	// Format makes the objects.
	Format F

	out *writer[T]
}

// Setup opens the client.
func (f *Writing[T, F]) Setup(ctx context.Context) (err error) {
	f.out, err = newWriter[T](ctx, f.Target, f.Format)
	return err
}

// Teardown gives up what is open and releases the client.
func (f *Writing[T, F]) Teardown() error { return f.out.close() }
