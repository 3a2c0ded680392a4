package datastoreio_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/datastoreio"
)

const (
	keyName   = "projects/bank-keys/locations/us-central1/keyRings/prod/cryptoKeys/records"
	globalKey = "projects/bank-keys/locations/global/keyRings/prod/cryptoKeys/records"
	anyLedger = "projects/bank-prod/databases/ledger"
)

type unsavable struct{ Ch map[string]int }

func TestWrongUseIsRefusedWhenThePipelineIsBuilt(t *testing.T) {
	database := func(name string) cmekpipe.DatastoreDatabase {
		key, err := cmekpipe.ParseKeyName(name)
		if err != nil {
			t.Fatal(err)
		}
		return key.MustDatastoreDatabase(anyLedger)
	}
	db := database(keyName)
	one := func(v any) func(beam.Scope) beam.PCollection {
		return func(s beam.Scope) beam.PCollection { return beam.Create(s, v) }
	}
	zero := func(beam.Scope) beam.PCollection { return beam.PCollection{} }
	pairs := func(s beam.Scope) beam.PCollection { return made(s, 1) }
	write := func(db cmekpipe.DatastoreDatabase, col func(beam.Scope) beam.PCollection, opts ...datastoreio.WriteOption) func(beam.Scope) {
		return func(s beam.Scope) { datastoreio.Write(s, db, col(s), opts...) }
	}
	remove := func(db cmekpipe.DatastoreDatabase, col func(beam.Scope) beam.PCollection) func(beam.Scope) {
		return func(s beam.Scope) { datastoreio.Delete(s, db, col(s)) }
	}
	read := func(project, kind string, typ reflect.Type, key string) func(beam.Scope) {
		return func(s beam.Scope) { datastoreio.Read(s, project, kind, 1, typ, key) }
	}
	row := reflect.TypeFor[entry]()
	for _, tt := range []struct {
		name  string
		build func(beam.Scope)
		code  cmekpipe.Code
		about string
		hint  string
	}{
		{"zero database", write(cmekpipe.DatastoreDatabase{}, pairs), cmekpipe.KeyMissing, "destination", "key.DatastoreDatabase"},
		{"zero collection", write(db, zero), cmekpipe.InvalidOptions, anyLedger, "transform"},
		{"ints", write(db, one(1)), cmekpipe.InvalidOptions, anyLedger, "Encode"},
		{"no key", write(db, one(entry{})), cmekpipe.InvalidOptions, anyLedger, "__key__"},
		{"keys of ints", write(db, func(s beam.Scope) beam.PCollection { return beam.AddFixedKey(s, beam.Create(s, entry{})) }), cmekpipe.InvalidOptions, anyLedger, "Encode"},
		{"values of ints", write(db, func(s beam.Scope) beam.PCollection {
			return beam.SwapKV(s, beam.ParDo(s, intAndText, beam.Create(s, 1)))
		}), cmekpipe.InvalidOptions, anyLedger, "Encode"},
		{"map", write(db, func(s beam.Scope) beam.PCollection { return beam.ParDo(s, withMap, beam.Create(s, 1)) }), cmekpipe.InvalidOptions, anyLedger, "types"},
		{"global key", write(database(globalKey), pairs, datastoreio.WithCreateIfMissing()), cmekpipe.LocationMismatch, anyLedger, "region"},
		{"Delete, zero database", remove(cmekpipe.DatastoreDatabase{}, one("k")), cmekpipe.KeyMissing, "destination", "key.DatastoreDatabase"},
		{"Delete, zero collection", remove(db, zero), cmekpipe.InvalidOptions, anyLedger, "transform"},
		{"Delete, ints", remove(db, one(1)), cmekpipe.InvalidOptions, anyLedger, "Encode"},
		{"Read, no project", read("", "Entry", row, entryKey()), cmekpipe.InvalidName, "", "name"},
		{"Read, no kind", read("bank-prod", "", row, entryKey()), cmekpipe.InvalidName, "bank-prod", "name"},
		{"Read, half a name", read("projects/bank-prod", "Entry", row, entryKey()), cmekpipe.InvalidName, "projects/bank-prod", "databases"},
		{"Read, no type", read(anyLedger, "Entry", nil, entryKey()), cmekpipe.InvalidOptions, anyLedger, "RegisterType"},
		{"Read, another type", read(anyLedger, "Entry", reflect.TypeFor[wide](), entryKey()), cmekpipe.InvalidOptions, anyLedger, "RegisterType"},
		{"Read, unknown type", read("bank-prod", "Entry", row, "no-such-key"), cmekpipe.InvalidOptions, "projects/bank-prod/databases/(default)", "RegisterType"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := refusal(t, tt.build)
			if e.Code != tt.code || e.Resource != tt.about || !strings.Contains(e.Hint, tt.hint) || e.Err == nil || !strings.HasPrefix(e.Op, "datastoreio.") {
				t.Errorf("got %v about %q, want code %v about %q and hint %q", e, e.Resource, tt.code, tt.about, tt.hint)
			}
		})
	}
}

func intAndText(i int, emit func(int, string)) { emit(i, "") }

func withMap(_ int, emit func(string, unsavable)) {}

func refusal(t *testing.T, build func(beam.Scope)) (e *cmekpipe.Error) {
	t.Helper()
	defer func() {
		var ok bool
		if e, ok = recover().(*cmekpipe.Error); !ok {
			t.Fatalf("got no panic with a *cmekpipe.Error")
		}
	}()
	_, s := beam.NewPipelineWithRoot()
	build(s)
	return nil
}
