package cmekpipe

import (
	"errors"
	"reflect"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/location"
)

// Key is a CryptoKey whose location is part of its type, so that the compiler checks what the key may encrypt: [For]
// accepts a Key[location.USCentral1] and no Key[location.Global]. The zero Key names no key; every function that needs a
// key refuses it.
type Key[L location.Location] struct{ name KeyName }

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
			Hint: "write ParseKey with the key's own location, such as ParseKey[location.USCentral1], or call ParseKeyName",
			Err:  errors.New("got " + reflect.TypeFor[L]().String() + " as the location, want the type of one location")}
	}
	var l L
	if k.Location() != l.ID() {
		hint := "use a key in " + l.ID() + ", or declare the key's own location in place of " + reflect.TypeFor[L]().String()
		if closest, ok := location.ClosestRegion(k.Location()); ok && closest == l.ID() {
			hint = "write " + k.in(closest).String()
		}
		return Key[L]{}, &Error{Op: op, Code: LocationMismatch, Resource: name, Hint: hint,
			Err: errors.New("got a key in " + k.Location() + ", want one in " + l.ID())}
	}
	return Key[L]{k}, nil
}

// MustParseKey is [ParseKey] for names that are written in the program. It accepts only a literal or an untyped constant,
// and panics with the error if that is not the name of a key in location L. For a variable the compiler's message names
// the parameter's type, literalElseCallWithoutMust: call ParseKey instead.
func MustParseKey[L location.Location](name literalElseCallWithoutMust) Key[L] {
	return must(ParseKey[L](string(name)))
}

// Name returns the key's name, with its location known only at run time.
func (k Key[L]) Name() KeyName { return k.name }

// String returns the full name; "" for the zero Key.
func (k Key[L]) String() string { return k.name.String() }

// Valid reports whether k names a key: it is false for the zero Key only.
func (k Key[L]) Valid() bool { return k.name.Valid() }

// MarshalText returns the full name. Beam sends a Key in a DoFn to the workers in this form.
func (k Key[L]) MarshalText() ([]byte, error) { return k.name.MarshalText() }

// UnmarshalText parses as [ParseKey] does, location included. The empty text gives the zero Key.
func (k *Key[L]) UnmarshalText(text []byte) (err error) {
	*k, err = unmarshalName(text, ParseKey[L])
	return err
}

// Object returns a Cloud Storage object encrypted with k. See [KeyName.Object].
func (k Key[L]) Object(url string) (Object, error) { return k.name.Object(url) }

// MustObject is Object for a literal: it panics with the error if the name is invalid.
func (k Key[L]) MustObject(url literalElseCallWithoutMust) Object { return k.name.MustObject(url) }

// BigQueryTable returns a BigQuery table encrypted with k. See [KeyName.BigQueryTable].
func (k Key[L]) BigQueryTable(name string) (BigQueryTable, error) { return k.name.BigQueryTable(name) }

// MustBigQueryTable is BigQueryTable for a literal: it panics with the error if the name is invalid.
func (k Key[L]) MustBigQueryTable(name literalElseCallWithoutMust) BigQueryTable {
	return k.name.MustBigQueryTable(name)
}

// PubSubTopic returns a Pub/Sub topic encrypted with k. See [KeyName.PubSubTopic].
func (k Key[L]) PubSubTopic(name string) (PubSubTopic, error) { return k.name.PubSubTopic(name) }

// MustPubSubTopic is PubSubTopic for a literal: it panics with the error if the name is invalid.
func (k Key[L]) MustPubSubTopic(name literalElseCallWithoutMust) PubSubTopic {
	return k.name.MustPubSubTopic(name)
}

// SpannerDatabase returns a Spanner database encrypted with k. See [KeyName.SpannerDatabase].
func (k Key[L]) SpannerDatabase(name string) (SpannerDatabase, error) {
	return k.name.SpannerDatabase(name)
}

// MustSpannerDatabase is SpannerDatabase for a literal: it panics with the error if the name is invalid.
func (k Key[L]) MustSpannerDatabase(name literalElseCallWithoutMust) SpannerDatabase {
	return k.name.MustSpannerDatabase(name)
}

// BigQueryProject returns a project that runs BigQuery queries encrypted with k. See [KeyName.BigQueryProject].
func (k Key[L]) BigQueryProject(project string) (BigQueryProject, error) {
	return k.name.BigQueryProject(project)
}

// MustBigQueryProject is BigQueryProject for a literal: it panics with the error if the name is invalid.
func (k Key[L]) MustBigQueryProject(project literalElseCallWithoutMust) BigQueryProject {
	return k.name.MustBigQueryProject(project)
}

// BigtableTable returns a Bigtable table encrypted with k. See [KeyName.BigtableTable].
func (k Key[L]) BigtableTable(name string) (BigtableTable, error) { return k.name.BigtableTable(name) }

// MustBigtableTable is BigtableTable for a literal: it panics with the error if the name is invalid.
func (k Key[L]) MustBigtableTable(name literalElseCallWithoutMust) BigtableTable {
	return k.name.MustBigtableTable(name)
}

// DatastoreDatabase returns a Datastore database encrypted with k. See [KeyName.DatastoreDatabase].
func (k Key[L]) DatastoreDatabase(name string) (DatastoreDatabase, error) {
	return k.name.DatastoreDatabase(name)
}

// MustDatastoreDatabase is DatastoreDatabase for a literal: it panics with the error if the name is invalid.
func (k Key[L]) MustDatastoreDatabase(name literalElseCallWithoutMust) DatastoreDatabase {
	return k.name.MustDatastoreDatabase(name)
}

// FHIRStore returns a FHIR store encrypted with k. See [KeyName.FHIRStore].
func (k Key[L]) FHIRStore(name string) (FHIRStore, error) { return k.name.FHIRStore(name) }

// MustFHIRStore is FHIRStore for a literal: it panics with the error if the name is invalid.
func (k Key[L]) MustFHIRStore(name literalElseCallWithoutMust) FHIRStore {
	return k.name.MustFHIRStore(name)
}
