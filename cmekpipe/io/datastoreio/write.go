package datastoreio

import (
	"context"

	"cloud.google.com/go/datastore"
	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/typex"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/pcollection"
)

const (
	opWrite  = "datastoreio.Write"
	opDelete = "datastoreio.Delete"
)

// WriteOption changes how [Write] writes.
type WriteOption func(*writer)

// WithCreateIfMissing makes [Write] create the database with its key if it does not exist at the start of the run. It is
// created in Datastore mode, in the location of the key: in nam5 for a key in us, in eur3 for one in europe, otherwise in
// the key's region. Use infrastructure code for other settings. No entity is written before that step ended, so that the
// runner may have to store the first ones. A database that is deleted while a job runs is an error. Default: a missing
// database is an error.
func WithCreateIfMissing() WriteOption { return func(w *writer) { w.Create = true } }

// Write stores entities, replacing those whose keys exist. Its input is one of
//
//   - a PCollection<KV<string, T>> of keys, as (*datastore.Key).Encode writes them, and entities;
//   - a PCollection<T> of entities that hold their keys: structs whose field of type *datastore.Key is tagged
//     `datastore:"__key__"`. Beam has no coder for a struct with a key in it; see the package documentation.
//
// T is a struct, a pointer to one, or a type whose pointer is a datastore.PropertyLoadSaver. Keys must be complete: Datastore
// would allocate a new ID on every retry. Of several entities with one key in a bundle the last one wins.
//
// Write panics with a [*cmekpipe.Error] when the pipeline is built: for the zero DatastoreDatabase (KeyMissing), for
// elements that can't be written (InvalidOptions), and for WithCreateIfMissing with a key in a location where no database
// can be (LocationMismatch).
func Write(s beam.Scope, db cmekpipe.DatastoreDatabase, col beam.PCollection, opts ...WriteOption) {
	s = s.Scope(opWrite)
	w := writer{Op: opWrite, Database: db}
	for _, opt := range opts {
		opt(&w)
	}
	if err := w.check(col); err != nil {
		panic(err)
	}
	ready := beam.ParDo(s, &ensureFn{w}, beam.Impulse(s))
	if w.Create {
		col = pcollection.After(s, ready, col)
	}
	w.Create = false
	if typex.IsKV(col.Type()) {
		beam.ParDo0(s, &putFn{w}, col)
		return
	}
	beam.ParDo0(s, &putKeyedFn{w}, col)
}

// Delete deletes entities by their keys, a PCollection<string> as (*datastore.Key).Encode writes them. A key without an
// entity is ignored. The database's key is checked first, as in Write.
//
// Delete panics with a [*cmekpipe.Error] when the pipeline is built: for the zero DatastoreDatabase (KeyMissing) and for
// elements that are not strings (InvalidOptions).
func Delete(s beam.Scope, db cmekpipe.DatastoreDatabase, col beam.PCollection) {
	s = s.Scope(opDelete)
	w := writer{Op: opDelete, Database: db}
	if err := w.checkKeys(col); err != nil {
		panic(err)
	}
	beam.ParDo0(s, &deleteFn{w}, col)
}

// ensureFn checks, or creates, the database once in a run, even if there is nothing to write. A database that is deleted
// later is not created again: the entities that were written to it are gone.
type ensureFn struct{ writer }

// StartBundle leaves the check to ProcessElement.
func (*ensureFn) StartBundle(context.Context, func(string)) {}

// ProcessElement checks the database and emits its name.
func (f *ensureFn) ProcessElement(ctx context.Context, _ []byte, emit func(string)) error {
	if err := f.verify(ctx); err != nil {
		return err
	}
	emit(f.Database.String())
	return nil
}

// FinishBundle does nothing.
func (*ensureFn) FinishBundle(context.Context, func(string)) {}

// putFn stores entities that come with their keys.
type putFn struct{ writer }

// ProcessElement stores an entity with its key.
func (f *putFn) ProcessElement(ctx context.Context, encoded string, entity beam.X) error {
	key, err := f.decode(encoded)
	if err != nil {
		return err
	}
	properties, err := f.save(entity)
	if err != nil {
		return err
	}
	return f.put(ctx, key, properties)
}

// putKeyedFn stores entities that hold their keys.
type putKeyedFn struct{ writer }

// ProcessElement stores an entity.
func (f *putKeyedFn) ProcessElement(ctx context.Context, entity beam.X) error {
	properties, err := f.save(entity)
	if err != nil {
		return err
	}
	return f.put(ctx, keyOf(properties), properties)
}

// deleteFn removes entities.
type deleteFn struct{ writer }

// ProcessElement deletes an entity.
func (f *deleteFn) ProcessElement(ctx context.Context, encoded string) error {
	key, err := f.decode(encoded)
	if err != nil {
		return err
	}
	return f.add(ctx, key, datastore.NewDelete(key), keySize(key))
}
