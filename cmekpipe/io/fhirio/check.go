package fhirio

import (
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/graph/window"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/location"
	"github.com/cmekpipe/cmekpipe-go/internal/keycheck"
	"github.com/cmekpipe/cmekpipe-go/internal/keyedgcs"
)

const (
	opImport     = "fhirio.Import"
	opBundles    = "fhirio.ExecuteBundles"
	opDeidentify = "fhirio.Deidentify"
)

// checkStore refuses a store that has no key, or one that can't be the dataset's.
func checkStore(op string, store cmekpipe.FHIRStore) error {
	if !store.Valid() {
		return &cmekpipe.Error{Op: op, Code: cmekpipe.KeyMissing, Resource: "FHIR store",
			Hint: "create it from the dataset's key: key.FHIRStore(\"projects/…/fhirStores/STORE\")",
			Err:  errors.New("got the zero FHIRStore, want one created from a key")}
	}
	return keycheck.Location(op, store.String(), store.Key(), location.ForHealthcare(store.Key().Location(), store.Location()))
}

// checkFolder refuses a folder that has no key, or a name that the Healthcare API would treat as a pattern.
func checkFolder(op, what string, folder cmekpipe.Object) error {
	if !folder.Valid() {
		return &cmekpipe.Error{Op: op, Code: cmekpipe.KeyMissing, Resource: what,
			Hint: "create it from a key: key.Object(\"gs://BUCKET/FOLDER\")",
			Err:  errors.New("got the zero Object, want one created from a key")}
	}
	if strings.ContainsAny(folder.Name(), "*?") {
		return &cmekpipe.Error{Op: op, Code: cmekpipe.InvalidName, Resource: folder.String(),
			Hint: "use a folder without * and ?",
			Err:  errors.New("got a name that the Healthcare API treats as a pattern")}
	}
	_, err := inFolder(folder, tempFolder(strings.Repeat("x", keyedgcs.IDLength))+batchName(strings.Repeat("x", keyedgcs.IDLength)))
	if e, ok := errors.AsType[*cmekpipe.Error](err); ok {
		e.Op, e.Hint = op, "shorten the folder's name; "+e.Hint
	}
	return err
}

// checkStrings refuses a collection of anything but strings.
func checkStrings(op, about string, col beam.PCollection) error {
	refuse := func(got, hint string) error {
		return &cmekpipe.Error{Op: op, Code: cmekpipe.InvalidOptions, Resource: about, Hint: hint, Err: errors.New(got)}
	}
	if !col.IsValid() {
		return refuse("got the zero PCollection", "pass a collection that a transform returned")
	}
	if col.Type().Type() != reflect.TypeFor[string]() {
		return refuse(fmt.Sprintf("got a PCollection of %v, want one of string", col.Type()),
			"format the elements as JSON first")
	}
	return nil
}

// inGlobalWindow returns the collection in the global window, where FinishBundle can emit elements.
func inGlobalWindow(s beam.Scope, col beam.PCollection) beam.PCollection {
	if col.WindowingStrategy().Fn.Kind == window.GlobalWindows {
		return col
	}
	return beam.WindowInto(s, window.NewGlobalWindows(), col)
}

func must0(err error) {
	if err != nil {
		panic(err)
	}
}
