package datastoreio

import (
	"context"

	"cloud.google.com/go/datastore"
	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/typex"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

const (
	opWrite  = "datastoreio.Write"
	opDelete = "datastoreio.Delete"
)

// WriteOption changes how [Write] writes.
type WriteOption func(*writer)

// CreateIfMissing lets [Write] create the database under its key if it does not exist when the first bundle begins. It is
// in Datastore mode, in the location of the key: in nam5 for a key in us, in eur3 for one in europe, otherwise in the
// key's region. Use infrastructure code where it needs more. Default: a missing database is an error.
func CreateIfMissing() WriteOption { return func(w *writer) { w.Create = true } }

// Write stores entities, replacing those whose keys exist. Its input is one of
//
//   - a PCollection<KV<string, T>> of keys, as (*datastore.Key).Encode writes them, and entities;
//   - a PCollection<T> of entities that hold their keys: structs whose field of type *datastore.Key is tagged
//     `datastore:"__key__"`. Beam has no coder for a struct with a key in it; see the package's text.
//
// T is a struct, a pointer to one, or a type whose pointer is a datastore.PropertyLoadSaver. Keys are complete: an id that
// Datastore would choose would be another one each time that a bundle is tried. Of several entities with one key in a
// bundle the last one stays.
//
// Write panics with a [*cmekpipe.Error] when the pipeline is built: for the zero DatastoreDatabase (KeyMissing), for
// elements that can't be written (InvalidOptions), and for CreateIfMissing under a key in a location that no database can be
// in (LocationMismatch).
func Write(s beam.Scope, db cmekpipe.DatastoreDatabase, col beam.PCollection, opts ...WriteOption) {
	s = s.Scope(opWrite)
	w := writer{Op: opWrite, Database: db}
	for _, opt := range opts {
		opt(&w)
	}
	if err := w.check(col); err != nil {
		panic(err)
	}
	beam.ParDo0(s, &ensureFn{w}, beam.Impulse(s))
	if typex.IsKV(col.Type()) {
		beam.ParDo0(s, &putFn{w}, col)
		return
	}
	beam.ParDo0(s, &putKeyedFn{w}, col)
}

// Delete removes entities by their keys, a PCollection<string> as (*datastore.Key).Encode writes them. A key without an
// entity is no fault. The database's key is compared first, as Write does.
//
// Delete panics with a [*cmekpipe.Error] when the pipeline is built: for the zero DatastoreDatabase (KeyMissing) and for
// elements that are no strings (InvalidOptions).
func Delete(s beam.Scope, db cmekpipe.DatastoreDatabase, col beam.PCollection) {
	s = s.Scope(opDelete)
	w := writer{Op: opDelete, Database: db}
	if err := w.checkKeys(col); err != nil {
		panic(err)
	}
	beam.ParDo0(s, &deleteFn{w}, col)
}

// ensureFn looks at the database once in a run, so that one that is wrong or missing is dealt with even where there is
// nothing to write. All of its work is in the beginning of its bundle.
type ensureFn struct{ writer }

// ProcessElement takes the impulse.
func (*ensureFn) ProcessElement([]byte) {}

// putFn stores entities that come beside their keys.
type putFn struct{ writer }

// ProcessElement takes a key and its entity.
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

// ProcessElement takes an entity.
func (f *putKeyedFn) ProcessElement(ctx context.Context, entity beam.X) error {
	properties, err := f.save(entity)
	if err != nil {
		return err
	}
	return f.put(ctx, keyOf(properties), properties)
}

// deleteFn removes entities.
type deleteFn struct{ writer }

// ProcessElement takes a key.
func (f *deleteFn) ProcessElement(ctx context.Context, encoded string) error {
	key, err := f.decode(encoded)
	if err != nil {
		return err
	}
	return f.add(ctx, key, datastore.NewDelete(key), keySize(key))
}
