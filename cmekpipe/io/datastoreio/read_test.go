package datastoreio_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"cloud.google.com/go/datastore"
	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/testing/passert"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/datastoreio"
)

// filled is withDatabase with n entities of each kind of key.
func filled(t testing.TB, n int) *world {
	t.Helper()
	w := withDatabase(t)
	c := client(t)
	for _, keyed := range []func(int) *datastore.Key{
		func(i int) *datastore.Key { return datastore.IDKey("Entry", int64(i), nil) },
		func(i int) *datastore.Key { return datastore.NameKey("Entry", fmt.Sprint("n", i), nil) },
		func(i int) *datastore.Key {
			return datastore.IDKey("Entry", 1, datastore.IDKey("Parent", int64(i), nil))
		},
	} {
		for ids := range slices.Chunk(upTo(n), 500) {
			var keys []*datastore.Key
			var all []entry
			for _, i := range ids {
				keys, all = append(keys, keyed(i)), append(all, entry{int64(i), "note"})
			}
			if _, err := c.PutMulti(t.Context(), keys, all); err != nil {
				t.Fatal(err)
			}
		}
	}
	return w
}

func upTo(n int) []int {
	ids := make([]int, n)
	for i := range ids {
		ids[i] = i + 1
	}
	return ids
}

// TestReadFindsEveryEntityOnce is about entities whose keys have numbers, which Beam compares by names alone, read in ranges.
func TestReadFindsEveryEntityOnce(t *testing.T) {
	const n = 1500
	w := filled(t, n)
	for _, shards := range []int{0, 1, 2, 7, 1000} {
		t.Run(fmt.Sprint(shards, " shards"), func(t *testing.T) {
			err := run(t, func(s beam.Scope) {
				read := datastoreio.Read(s, ledger, "Entry", shards, reflect.TypeFor[entry](), entryKey())
				passert.Count(s, read, "entities", 3*n)
				passert.Count(s, beam.ParDo(s, numberOf, read), "numbers", 3*n)
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	ranges := 0
	for _, e := range w.Ledger() {
		if e.Kind != "entity" && e.Kind != "database" && e.Service != "kms" {
			ranges++
		}
	}
	if ranges > 0 {
		t.Errorf("got %d resources made by reading, want none", ranges)
	}
}

// TestReadIsCutIntoRanges counts the queries, as the sample must not be ignored.
func TestReadIsCutIntoRanges(t *testing.T) {
	w := filled(t, 1000)
	w.Inject(emulator.Fault{Method: "datastore.runQuery", Call: 1 + 3000/300 + 4, Status: 403}) // more than one range needs
	err := run(t, func(s beam.Scope) {
		datastoreio.Read(s, ledger, "Entry", 8, reflect.TypeFor[entry](), entryKey())
	})
	requireCode(t, err, cmekpipe.PermissionDenied)
}

func TestReadFillsKeysAndTheDefaultDatabase(t *testing.T) {
	w := newWorld(t)
	const name = "projects/" + cmektest.Project + "/databases/(default)"
	w.CreateDatastoreDatabase(name, "us-central1", w.key)
	err := run(t, func(s beam.Scope) {
		datastoreio.Write(s, w.key.MustDatastoreDatabase(name), beam.ParDo(s, keyedEntries, beam.Create(s, int64(3))))
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, project := range []string{cmektest.Project, name} {
		err := run(t, func(s beam.Scope) {
			read := datastoreio.Read(s, project, "Entry", 4, reflect.TypeFor[keyed](), keyedKey())
			passert.Equals(s, beam.ParDo(s, keyNumber, read), int64(1), int64(2), int64(3))
		})
		if err != nil {
			t.Errorf("%s: %v", project, err)
		}
	}
}

type narrow struct {
	Number int64
	Note   int8
}

func TestReadErrorsAreTypedAndHoldNoEntity(t *testing.T) {
	w := withDatabase(t)
	stored := struct {
		Number int64
		Note   int64
	}{1, 77777}
	if _, err := client(t).Put(t.Context(), datastore.NameKey("Entry", secret, nil), &stored); err != nil {
		t.Fatal(err)
	}
	read := func(typ reflect.Type) error {
		return run(t, func(s beam.Scope) { datastoreio.Read(s, ledger, "Entry", 1, typ, typeKey(typ)) })
	}
	for _, typ := range []reflect.Type{reflect.TypeFor[narrow](), reflect.TypeFor[entry]()} {
		err := read(typ)
		e := requireCode(t, err, cmekpipe.InvalidOptions)
		if e.Resource != ledger || !strings.Contains(e.Hint, "field") || !strings.Contains(e.Error(), "Note") {
			t.Errorf("got %v, want the field", e)
		}
		if strings.Contains(err.Error(), "77777") || strings.Contains(err.Error(), secret) {
			t.Errorf("got %v, want no data", err)
		}
	}
	w.DisableKey(w.key)
	requireCode(t, read(reflect.TypeFor[entry]()), cmekpipe.KeyDisabled)
}
