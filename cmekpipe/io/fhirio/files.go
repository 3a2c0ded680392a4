package fhirio

import (
	"context"
	"errors"

	"golang.org/x/sync/errgroup"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/explain"
	"github.com/cmekpipe/cmekpipe-go/internal/destination"
	"github.com/cmekpipe/cmekpipe-go/internal/keyedgcs"
)

// parallel is how many files are removed at a time.
const parallel = 16

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

// ProcessElement copies a file. A repetition copies it to the same name.
func (f *deadLetterFn) ProcessElement(ctx context.Context, name, reason string, emit, done func(string)) error {
	from, err := keyedgcs.Sibling(f.Temp, name)
	if err != nil {
		return err
	}
	to, err := inFolder(f.DeadLetter, baseName(name))
	if err != nil {
		return err
	}
	if _, err := f.files.Copy(ctx, from, 0, to); err != nil {
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

// removeFn removes files.
type removeFn struct {
	Temp cmekpipe.Object

	files *keyedgcs.Store
}

// Setup opens the client.
func (f *removeFn) Setup(ctx context.Context) (err error) {
	f.files, err = keyedgcs.Open(ctx, opImport)
	return err
}

// Teardown releases the client.
func (f *removeFn) Teardown() error { return f.files.Close() }

// ProcessElement removes a file.
func (f *removeFn) ProcessElement(ctx context.Context, name string) error {
	o, err := keyedgcs.Sibling(f.Temp, name)
	if err != nil {
		return err
	}
	return remove(ctx, f.files, o)
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
	g, failed := errgroup.WithContext(ctx)
	g.SetLimit(parallel)
	seen := map[string]bool{}
	for name := ""; batches(&name); {
		folder, ok := batchFolder(f.Temp, name)
		if !ok {
			return errors.Join(f.unknown(), g.Wait())
		}
		if seen[folder] {
			continue
		}
		seen[folder] = true
		if err := f.sweep(failed, folder, g.Go); err != nil {
			return errors.Join(err, g.Wait())
		}
	}
	return g.Wait()
}

// sweep has the objects of a folder removed.
func (f *sweepFn) sweep(ctx context.Context, folder string, start func(func() error)) error {
	for attrs, err := range f.files.List(ctx, f.Temp, folder) {
		if err != nil {
			return err
		}
		o, err := keyedgcs.Sibling(f.Temp, attrs.Name)
		if err != nil {
			return err
		}
		start(func() error { return remove(ctx, f.files, o) })
	}
	return nil
}

func (f *sweepFn) unknown() error {
	return &cmekpipe.Error{Op: opImport, Code: cmekpipe.Internal, Resource: f.Temp.String(),
		Hint: explain.Remedy(explain.Case{Code: cmekpipe.Corrupted}), Err: errors.New("got a file that is not a batch of this import")}
}

// CMEKHelper tells guard that nothing is stored.
func (f *sweepFn) CMEKHelper() destination.None { return destination.None{} }

// remove removes an object that may be gone already.
func remove(ctx context.Context, files *keyedgcs.Store, o cmekpipe.Object) error {
	err := files.Remove(ctx, o, 0)
	if errors.Is(err, cmekpipe.NotFound) {
		return nil
	}
	return err
}
