package cmekpipe_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/location"
)

// europeNorth9 is a region that the location package does not know.
type europeNorth9 struct{ location.Region }

func (europeNorth9) ID() string { return "europe-north9" }

func TestParseKeyAcceptsAKeyInItsLocation(t *testing.T) {
	k, err := cmekpipe.ParseKey[location.USCentral1](goodKey)
	if err != nil {
		t.Fatal(err)
	}
	if !k.Valid() || k.String() != goodKey || k.Name() != mustKeyName(t) {
		t.Errorf("got %q, want %q", k, goodKey)
	}
	for id, parse := range map[string]func(string) error{
		"global":        parseError[location.Global],
		"us":            parseError[location.US],
		"eur4":          parseError[location.EUR4],
		"europe-north9": parseError[europeNorth9],
	} {
		if err := parse(keyIn(id)); err != nil {
			t.Errorf("ParseKey in %s: got %v, want none", id, err)
		}
	}
}

func TestParseKeyRefusesAnotherLocation(t *testing.T) {
	for _, id := range []string{"us-east1", "us", "global", "us-central10", "us-central"} {
		name := keyIn(id)
		k, err := cmekpipe.ParseKey[location.USCentral1](name)
		if k.Valid() {
			t.Errorf("got %q, want the zero Key", k)
		}
		checkRefusal(t, err, "cmekpipe.ParseKey", cmekpipe.LocationMismatch, name,
			"got a key in "+id+", want one in us-central1")
	}
}

func TestParseKeyRefusesBadNames(t *testing.T) {
	for _, tt := range badKeyNames {
		t.Run(tt.name, func(t *testing.T) {
			checkRefusal(t, parseError[location.USCentral1](tt.text), "cmekpipe.ParseKey", cmekpipe.InvalidName, tt.text, tt.reason)
		})
	}
}

// An interface or a pointer satisfies the constraint but names no place.
func TestParseKeyRefusesTypesThatAreNoLocation(t *testing.T) {
	for name, parse := range map[string]func(string) error{
		"location.Location":    parseError[location.Location],
		"location.Regional":    parseError[location.Regional],
		"*location.USCentral1": parseError[*location.USCentral1],
	} {
		checkRefusal(t, parse(goodKey), "cmekpipe.ParseKey", cmekpipe.Unsupported, goodKey, "got "+name+" as the location")
	}
}

func TestMustParseKeyPanicsWithTheError(t *testing.T) {
	defer func() {
		err, _ := recover().(error)
		if !errors.Is(err, cmekpipe.LocationMismatch) {
			t.Errorf("got panic %v, want %v", err, cmekpipe.LocationMismatch)
		}
	}()
	cmekpipe.MustParseKey[location.USEast1](goodKey)
}

func TestKeyMarshalsAsText(t *testing.T) {
	type doFn struct {
		Key, None cmekpipe.Key[location.USCentral1]
	}
	want := doFn{Key: centralKey()}
	text, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	var got doFn
	if err := json.Unmarshal(text, &got); err != nil || got != want {
		t.Errorf("got %v and %v, want %v", got, err, want)
	}
	var east cmekpipe.Key[location.USEast1]
	if err := east.UnmarshalText([]byte(goodKey)); !errors.Is(err, cmekpipe.LocationMismatch) || east.Valid() {
		t.Errorf("got %q and %v for a key in another location, want %v", east, err, cmekpipe.LocationMismatch)
	}
}

func TestKeyCreatesTheDestinationsOfItsName(t *testing.T) {
	key, name := centralKey(), mustKeyName(t)
	if got, err := key.Object("gs://bank-out/a"); err != nil || got != name.MustObject("gs://bank-out/a") {
		t.Errorf("Object: got %v and %v", got, err)
	}
	if got, err := key.BigQueryTable("bank-prod.d.t"); err != nil || got != name.MustBigQueryTable("bank-prod.d.t") {
		t.Errorf("Table: got %v and %v", got, err)
	}
	if got, err := key.PubSubTopic("projects/bank-prod/topics/abc"); err != nil || got != name.MustPubSubTopic("projects/bank-prod/topics/abc") {
		t.Errorf("Topic: got %v and %v", got, err)
	}
	const database = "projects/bank-prod/instances/in/databases/db"
	if got, err := key.SpannerDatabase(database); err != nil || got != name.MustSpannerDatabase(database) {
		t.Errorf("Database: got %v and %v", got, err)
	}
	if got, err := key.BigQueryProject("bank-prod"); err != nil || got != name.MustBigQueryProject("bank-prod") {
		t.Errorf("Query: got %v and %v", got, err)
	}
	const cells = "projects/bank-prod/instances/main-1/tables/t"
	if got, err := key.BigtableTable(cells); err != nil || got != name.MustBigtableTable(cells) {
		t.Errorf("BigtableTable: got %v and %v", got, err)
	}
	const entities = "projects/bank-prod/databases/(default)"
	if got, err := key.DatastoreDatabase(entities); err != nil || got != name.MustDatastoreDatabase(entities) {
		t.Errorf("DatastoreDatabase: got %v and %v", got, err)
	}
	const resources = "projects/bank-prod/locations/us/datasets/d/fhirStores/f"
	if got, err := key.FHIRStore(resources); err != nil || got != name.MustFHIRStore(resources) {
		t.Errorf("FHIRStore: got %v and %v", got, err)
	}
	if key.MustBigQueryProject("bank-prod") != name.MustBigQueryProject("bank-prod") ||
		key.MustBigtableTable(cells) != name.MustBigtableTable(cells) ||
		key.MustDatastoreDatabase(entities) != name.MustDatastoreDatabase(entities) ||
		key.MustFHIRStore(resources) != name.MustFHIRStore(resources) {
		t.Error("got other destinations from the Must forms, want the same")
	}
	if key.MustObject("gs://bank-out/a") != name.MustObject("gs://bank-out/a") ||
		key.MustBigQueryTable("bank-prod.d.t") != name.MustBigQueryTable("bank-prod.d.t") ||
		key.MustPubSubTopic("projects/bank-prod/topics/abc") != name.MustPubSubTopic("projects/bank-prod/topics/abc") ||
		key.MustSpannerDatabase(database) != name.MustSpannerDatabase(database) {
		t.Error("got other destinations from the Must forms, want the same")
	}
}

func TestZeroKeyCreatesNothing(t *testing.T) {
	var k cmekpipe.Key[location.USCentral1]
	if k.Valid() || k.String() != "" || k.Name().Valid() {
		t.Errorf("got %#v, want nothing in it", k)
	}
	object, err := k.Object("gs://bank-out/a\n")
	checkZeroKey(t, object, err, "cmekpipe.KeyName.Object", "gs://bank-out/a\n")
	table, err := k.BigQueryTable("bank-prod.d.t")
	checkZeroKey(t, table, err, "cmekpipe.KeyName.BigQueryTable", "bank-prod.d.t")
	topic, err := k.PubSubTopic("projects/bank-prod/topics/abc")
	checkZeroKey(t, topic, err, "cmekpipe.KeyName.PubSubTopic", "projects/bank-prod/topics/abc")
	database, err := k.SpannerDatabase("projects/bank-prod/instances/in/databases/db")
	checkZeroKey(t, database, err, "cmekpipe.KeyName.SpannerDatabase", "projects/bank-prod/instances/in/databases/db")
	query, err := k.BigQueryProject("bank-prod")
	checkZeroKey(t, query, err, "cmekpipe.KeyName.BigQueryProject", "bank-prod")
	cells, err := k.BigtableTable("projects/bank-prod/instances/main-1/tables/t")
	checkZeroKey(t, cells, err, "cmekpipe.KeyName.BigtableTable", "projects/bank-prod/instances/main-1/tables/t")
	entities, err := k.DatastoreDatabase("projects/bank-prod/databases/(default)")
	checkZeroKey(t, entities, err, "cmekpipe.KeyName.DatastoreDatabase", "projects/bank-prod/databases/(default)")
	resources, err := k.FHIRStore("projects/bank-prod/locations/us/datasets/d/fhirStores/f")
	checkZeroKey(t, resources, err, "cmekpipe.KeyName.FHIRStore", "projects/bank-prod/locations/us/datasets/d/fhirStores/f")
}

func checkZeroKey[D destination](t *testing.T, d D, err error, op, name string) {
	t.Helper()
	var zero D
	if d != zero {
		t.Errorf("got %v, want the zero destination", d)
	}
	checkRefusal(t, err, op, cmekpipe.KeyMissing, name, "got the zero key, want one that was parsed")
}

func parseError[L location.Location](name string) error {
	_, err := cmekpipe.ParseKey[L](name)
	return err
}

func keyIn(location string) string { return strings.Replace(goodKey, "us-central1", location, 1) }
