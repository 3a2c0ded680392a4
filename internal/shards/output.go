package shards

import (
	"context"
	"errors"
	"fmt"

	"cloud.google.com/go/storage"

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
	// Temp is the folder of the folders of temporary objects; the zero Object for the folder that Object is in.
	Temp cmekpipe.Object
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

// corrupted returns the error of a copy that differs from the part.
func (t Output) corrupted(p Part, o cmekpipe.Object, attrs *storage.ObjectAttrs) error {
	return &cmekpipe.Error{Op: t.Op, Code: cmekpipe.Corrupted, Resource: o.String(),
		Hint: explain.Remedy(explain.Case{Code: cmekpipe.Corrupted}),
		Err: fmt.Errorf("got a copy of %d bytes with CRC32C %08x, want %d with %08x",
			attrs.Size, attrs.CRC32C, p.Size, p.CRC32C)}
}

// lost returns the error of a temporary object that is gone although the shard was not published.
func (t Output) lost(temp cmekpipe.Object) error {
	return &cmekpipe.Error{Op: t.Op, Code: cmekpipe.NotFound, Resource: temp.String(),
		Hint: "check whether a lifecycle rule of the bucket or another program deletes temporary objects, and launch the job again: gcloud storage buckets describe gs://" + temp.Bucket() + " --format='json(lifecycle_config)'",
		Err:  errors.New("got neither the temporary object nor the shard that it was copied to")}
}

// conflict returns the error of an object that another program keeps changing.
func (t Output) conflict(name string) error {
	url := "gs://" + t.Object.Bucket() + "/" + name
	return &cmekpipe.Error{Op: t.Op, Code: cmekpipe.PreconditionFailed, Resource: url,
		Hint: "find the program that writes it, such as another job with this prefix (Cloud Audit Logs), and give each run its own prefix",
		Err:  errors.New("got another program's change to the object while it was being published, want no other writer")}
}

// WriteStep is the common part of all DoFns that write, which embed it.
type WriteStep[T any, F Format[T]] struct {
	Output
	// Format encodes the objects.
	Format F

	out *objectWriter[T]
}

// CMEKDestination tells guard what the step writes: temporary objects.
func (f *WriteStep[T, F]) CMEKDestination() destination.Destination {
	if !f.Temp.Valid() {
		return f.Output.CMEKDestination()
	}
	return destination.Destination{Kind: cmekpipe.KindTemporaryFolder, Name: f.Temp.String(), Key: f.Temp.Key()}
}

// Setup opens the client.
func (f *WriteStep[T, F]) Setup(ctx context.Context) (err error) {
	f.out, err = newObjectWriter[T](ctx, f.Output, f.Format)
	return err
}

// Teardown aborts an open upload and releases the client.
func (f *WriteStep[T, F]) Teardown() error { return f.out.close() }
