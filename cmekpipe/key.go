package cmekpipe

import (
	"errors"
	"reflect"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/location"
)

// Key is a CryptoKey whose location is part of its type, so that the compiler checks what the key may protect: [For]
// takes a Key[location.USCentral1], never a Key[location.Global]. The zero Key names nothing; every function that
// takes a key refuses it.
type Key[L location.Location] struct{ name KeyName }

// constant is a string that only an untyped constant of the source can become.
type constant string

// ParseKey parses the full name of a CryptoKey in location L, as [ParseKeyName] does. A key in another location is
// refused with code [LocationMismatch].
func ParseKey[L location.Location](name string) (Key[L], error) {
	const op = "cmekpipe.ParseKey"
	k, f := splitKeyName(name)
	if f.reason != "" {
		return Key[L]{}, f.error(op, name)
	}
	if kind := reflect.TypeFor[L]().Kind(); kind != reflect.Struct {
		return Key[L]{}, &Error{Op: op, Code: Unsupported, Resource: name,
			Hint: "write ParseKey[location.USCentral1] or the like; use ParseKeyName where the location is not known yet",
			Err:  errors.New("got " + reflect.TypeFor[L]().String() + " as the location, want the type of one place")}
	}
	var l L
	if k.Location() != l.ID() {
		return Key[L]{}, &Error{Op: op, Code: LocationMismatch, Resource: name,
			Hint: "name a key in " + l.ID() + ", or declare the key's own location",
			Err:  errors.New("got a key in " + k.Location() + ", want one in " + l.ID())}
	}
	return Key[L]{k}, nil
}

// MustParseKey is [ParseKey] for names that are written in the program: it takes only a constant, and panics with the
// error when that constant is no key name of location L.
func MustParseKey[L location.Location](name constant) Key[L] {
	return must(ParseKey[L](string(name)))
}

// Name returns the key's name, with its location known only at run time.
func (k Key[L]) Name() KeyName { return k.name }

// String returns the full name; "" for the zero Key.
func (k Key[L]) String() string { return k.name.String() }

// Valid reports whether k came out of a parser.
func (k Key[L]) Valid() bool { return k.name.Valid() }

// MarshalText returns the full name. Without it a Key inside a DoFn would reach the workers as the zero Key.
func (k Key[L]) MarshalText() ([]byte, error) { return k.name.MarshalText() }

// UnmarshalText parses as [ParseKey] does, location included. The empty text is the zero Key.
func (k *Key[L]) UnmarshalText(text []byte) (err error) {
	*k, err = unmarshalName(text, ParseKey[L])
	return err
}

// Object names an object of Cloud Storage that will rest under k. See [KeyName.Object].
func (k Key[L]) Object(url string) (Object, error) { return k.name.Object(url) }

// MustObject is Object for a constant; it panics on a fault.
func (k Key[L]) MustObject(url constant) Object { return k.name.MustObject(url) }

// BigQueryTable names a BigQuery table that will rest under k. See [KeyName.BigQueryTable].
func (k Key[L]) BigQueryTable(name string) (BigQueryTable, error) { return k.name.BigQueryTable(name) }

// MustBigQueryTable is Table for a constant; it panics on a fault.
func (k Key[L]) MustBigQueryTable(name constant) BigQueryTable { return k.name.MustBigQueryTable(name) }

// PubSubTopic names a Pub/Sub topic whose messages will rest under k. See [KeyName.PubSubTopic].
func (k Key[L]) PubSubTopic(name string) (PubSubTopic, error) { return k.name.PubSubTopic(name) }

// MustPubSubTopic is Topic for a constant; it panics on a fault.
func (k Key[L]) MustPubSubTopic(name constant) PubSubTopic { return k.name.MustPubSubTopic(name) }

// SpannerDatabase names a Spanner database that rests under k. See [KeyName.SpannerDatabase].
func (k Key[L]) SpannerDatabase(name string) (SpannerDatabase, error) {
	return k.name.SpannerDatabase(name)
}

// MustSpannerDatabase is Database for a constant; it panics on a fault.
func (k Key[L]) MustSpannerDatabase(name constant) SpannerDatabase {
	return k.name.MustSpannerDatabase(name)
}

// BigQueryProject names a project whose BigQuery queries leave their results under k. See [KeyName.BigQueryProject].
func (k Key[L]) BigQueryProject(project string) (BigQueryProject, error) {
	return k.name.BigQueryProject(project)
}

// MustBigQueryProject is Query for a constant; it panics on a fault.
func (k Key[L]) MustBigQueryProject(project constant) BigQueryProject {
	return k.name.MustBigQueryProject(project)
}

// BigtableTable names a table of an instance that rests under k. See [KeyName.BigtableTable].
func (k Key[L]) BigtableTable(name string) (BigtableTable, error) { return k.name.BigtableTable(name) }

// MustBigtableTable is BigtableTable for a constant; it panics on a fault.
func (k Key[L]) MustBigtableTable(name constant) BigtableTable { return k.name.MustBigtableTable(name) }

// DatastoreDatabase names a Datastore database that rests under k. See [KeyName.DatastoreDatabase].
func (k Key[L]) DatastoreDatabase(name string) (DatastoreDatabase, error) {
	return k.name.DatastoreDatabase(name)
}

// MustDatastoreDatabase is DatastoreDatabase for a constant; it panics on a fault.
func (k Key[L]) MustDatastoreDatabase(name constant) DatastoreDatabase {
	return k.name.MustDatastoreDatabase(name)
}

// FHIRStore names a FHIR store of a dataset that rests under k. See [KeyName.FHIRStore].
func (k Key[L]) FHIRStore(name string) (FHIRStore, error) { return k.name.FHIRStore(name) }

// MustFHIRStore is FHIRStore for a constant; it panics on a fault.
func (k Key[L]) MustFHIRStore(name constant) FHIRStore { return k.name.MustFHIRStore(name) }

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
