package datastoreio

import (
	"errors"
	"fmt"
	"reflect"

	"cloud.google.com/go/datastore"
	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/typex"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// check refuses what can't be written at all.
func (w *writer) check(col beam.PCollection) error {
	if err := w.checkDestination(col); err != nil {
		return err
	}
	if w.Create {
		if _, err := w.place(); err != nil {
			return err
		}
	}
	if !typex.IsKV(col.Type()) {
		return w.checkEntity(col, col.Type().Type(), true)
	}
	parts := col.Type().Components()
	if parts[0].Type() != reflect.TypeFor[string]() || !typex.IsConcrete(parts[1].Type()) {
		return w.unfit(col)
	}
	return w.checkEntity(col, parts[1].Type(), false)
}

// checkKeys refuses what can't be deleted at all.
func (w *writer) checkKeys(col beam.PCollection) error {
	if err := w.checkDestination(col); err != nil {
		return err
	}
	if col.Type().Type() != reflect.TypeFor[string]() {
		return w.invalid(fmt.Sprintf("got a PCollection of %v, want one of string", col.Type()), "emit keys by their method Encode")
	}
	return nil
}

func (w *writer) checkDestination(col beam.PCollection) error {
	switch {
	case !w.Database.Valid():
		return &cmekpipe.Error{Op: w.Op, Code: cmekpipe.KeyMissing, Resource: "destination",
			Hint: `create it from a key: key.DatastoreDatabase("projects/PROJECT/databases/DATABASE")`,
			Err:  errors.New("got the zero DatastoreDatabase, want one created from a key")}
	case !col.IsValid():
		return w.invalid("got the zero PCollection", "pass a collection that a transform returned")
	}
	return nil
}

// checkEntity encodes an entity of zeros, so that unsupported types are refused before the pipeline runs. A
// type that saves itself is believed.
func (w *writer) checkEntity(col beam.PCollection, t reflect.Type, keyed bool) error {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	zero := reflect.New(t)
	if _, ok := zero.Interface().(datastore.PropertyLoadSaver); ok {
		return nil
	}
	if t.Kind() != reflect.Struct {
		return w.unfit(col)
	}
	properties, err := datastore.SaveStruct(zero.Interface())
	if err != nil {
		return w.invalid(fmt.Sprintf("got entities of %v, which can't be saved: %v", t, err), "see the types and tags of cloud.google.com/go/datastore")
	}
	for _, p := range properties {
		if _, ok := p.Value.(*datastore.Key); ok && p.Name == keyProperty {
			return nil
		}
	}
	if keyed {
		return w.unfit(col)
	}
	return nil
}

func (w *writer) unfit(col beam.PCollection) error {
	return w.invalid(fmt.Sprintf("got a PCollection of %v, want one of KV<string, struct> or of structs with a key in them", col.Type()),
		"emit (*datastore.Key).Encode() and the entity, or tag a field of type *datastore.Key with `datastore:\"__key__\"`")
}

func (w *writer) invalid(got, hint string) error {
	return &cmekpipe.Error{Op: w.Op, Code: cmekpipe.InvalidOptions, Resource: w.Database.String(), Hint: hint, Err: errors.New(got)}
}
