package fhirio

import (
	"context"
	"errors"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/log"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/explain"
	"github.com/cmekpipe/cmekpipe-go/internal/destination"
	"github.com/cmekpipe/cmekpipe-go/internal/keyedgcs"
)

// deadLetterFn keeps files that failed. It emits a message for each, and its name.
type deadLetterFn struct {
	Temp, DeadLetter cmekpipe.Object

	files *keyedgcs.Store
}

// Setup opens the client.
func (f *deadLetterFn) Setup(ctx context.Context) (err error) {
	f.files, err = keyedgcs.Open(ctx, opImport)
	return err
}

// Teardown releases the client.
func (f *deadLetterFn) Teardown() error { return f.files.Close() }

// ProcessElement copies a file. A repetition finds the copy, which a retention policy may keep from being replaced.
func (f *deadLetterFn) ProcessElement(ctx context.Context, name, reason string, emit, done func(string)) error {
	from, err := keyedgcs.Sibling(f.Temp, name)
	if err != nil {
		return err
	}
	to, err := inFolder(f.DeadLetter, baseName(name))
	if err != nil {
		return err
	}
	if err := f.copy(ctx, from, to); err != nil {
		return err
	}
	emit("failed to import " + to.String() + ": " + reason)
	done(name)
	return nil
}

// CMEKDestination tells guard the destination and its key.
func (f *deadLetterFn) CMEKDestination() destination.Destination {
	return destination.Destination{Kind: cmekpipe.KindTemporaryFolder, Name: f.DeadLetter.String(), Key: f.DeadLetter.Key()}
}

// copy copies a file to a name that only copies of this file have.
func (f *deadLetterFn) copy(ctx context.Context, from, to cmekpipe.Object) error {
	_, err := f.files.CopyIfMatch(ctx, from, 0, to, 0, nil)
	if !errors.Is(err, cmekpipe.PreconditionFailed) {
		return err
	}
	present, err := f.files.Stat(ctx, to)
	if err == nil && !keyedgcs.Encrypted(to, present) {
		_, err = f.files.CopyIfMatch(ctx, from, 0, to, present.Generation, nil)
	}
	return err
}

// removeFn removes files. Of those that Cloud Storage refuses to delete, each instance reports one.
type removeFn struct {
	Temp cmekpipe.Object

	files  *keyedgcs.Store
	logged bool
}

// Setup opens the client.
func (f *removeFn) Setup(ctx context.Context) (err error) {
	f.files, err = keyedgcs.Open(ctx, opImport)
	return err
}

// Teardown releases the client.
func (f *removeFn) Teardown() error { return f.files.Close() }

// ProcessElement removes a file, which may be gone.
func (f *removeFn) ProcessElement(ctx context.Context, name string) error {
	o, err := keyedgcs.Sibling(f.Temp, name)
	if err != nil {
		return err
	}
	attrs, err := f.files.Stat(ctx, o)
	if errors.Is(err, cmekpipe.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	kept, err := f.files.DeleteTemporary(ctx, keyedgcs.Version{Object: o, Generation: attrs.Generation})
	if err == nil && len(kept) > 0 && !f.logged {
		f.logged = true
		logKept(ctx, f.files, kept)
	}
	return err
}

// CMEKHelper tells guard that nothing is stored.
func (f *removeFn) CMEKHelper() destination.None { return destination.None{} }

// sweepFn removes all files of an Import, and whatever else is in their folders: files of attempts that failed. Whoever
// made such a folder belongs to this run and is done; of another folder that can't be known.
type sweepFn struct {
	Temp cmekpipe.Object

	files *keyedgcs.Store
}

// Setup opens the client.
func (f *sweepFn) Setup(ctx context.Context) (err error) {
	f.files, err = keyedgcs.Open(ctx, opImport)
	return err
}

// Teardown releases the client.
func (f *sweepFn) Teardown() error { return f.files.Close() }

// ProcessElement runs when every file is done with.
func (f *sweepFn) ProcessElement(ctx context.Context, _ int, _ func(*[]byte) bool, batches func(*string) bool) error {
	var left []keyedgcs.Version
	seen := map[string]bool{}
	for name := ""; batches(&name); {
		folder, ok := batchFolder(f.Temp, name)
		if !ok {
			return f.unknown()
		}
		if seen[folder] {
			continue
		}
		seen[folder] = true
		for attrs, err := range f.files.List(ctx, f.Temp, folder) {
			if err != nil {
				return err
			}
			o, err := keyedgcs.Sibling(f.Temp, attrs.Name)
			if err != nil {
				return err
			}
			left = append(left, keyedgcs.Version{Object: o, Generation: attrs.Generation})
		}
	}
	kept, err := f.files.DeleteTemporary(ctx, left...)
	logKept(ctx, f.files, kept)
	return err
}

// logKept reports files that stay although they are imported or copied to the folder of failed files.
func logKept(ctx context.Context, files *keyedgcs.Store, kept []keyedgcs.Version) {
	if len(kept) > 0 {
		log.Warnf(ctx, "%s: the import is complete, but %s; to have them deleted, use a temporary folder in a bucket without retention and holds",
			opImport, files.DescribeKept(ctx, kept))
	}
}

func (f *sweepFn) unknown() error {
	return &cmekpipe.Error{Op: opImport, Code: cmekpipe.Internal, Resource: f.Temp.String(),
		Hint: explain.Remedy(explain.Case{Code: cmekpipe.Corrupted}), Err: errors.New("got a file that is not a batch of this import")}
}

// CMEKHelper tells guard that nothing is stored.
func (f *sweepFn) CMEKHelper() destination.None { return destination.None{} }
