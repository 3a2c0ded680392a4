package datastoreio_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"cloud.google.com/go/datastore"
	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/graph/window"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"
	"google.golang.org/api/firestore/v1"
	"google.golang.org/grpc/codes"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/datastoreio"
)

func TestWriteStoresEveryEntityOnceUnderTheKey(t *testing.T) {
	w := withDatabase(t)
	for range 2 { // the second run finds all entities there
		if err := run(t, func(s beam.Scope) { datastoreio.Write(s, w.db, made(s, 1234)) }); err != nil {
			t.Fatal(err)
		}
		if got := rows(t); len(got) != 1234 || got[1] != "note" || got[1234] != "note" {
			t.Errorf("got %d entities, want 1234", len(got))
		}
	}
	w.RequireEncrypted(t, w.key)
}

func TestWriteAcceptsEntitiesThatHoldTheirKeys(t *testing.T) {
	w := withDatabase(t)
	err := run(t, func(s beam.Scope) {
		datastoreio.Write(s, w.db, beam.Reshuffle(s, beam.ParDo(s, keyedEntries, beam.Create(s, int64(600)))))
	})
	if err != nil {
		t.Fatal(err)
	}
	found, err := client(t).GetAll(t.Context(), datastore.NewQuery("Entry").KeysOnly(), nil)
	if err != nil || len(found) != 600 || found[0].Parent == nil {
		t.Errorf("got %d entities and %v, want 600 with parents", len(found), err)
	}
}

func TestLaterEntityOfAKeyStays(t *testing.T) {
	w := withDatabase(t)
	if err := run(t, func(s beam.Scope) { datastoreio.Write(s, w.db, beam.ParDo(s, twice, beam.Create(s, int64(700)))) }); err != nil {
		t.Fatal(err)
	}
	got := rows(t)
	for number, note := range got {
		if note != "second" {
			t.Fatalf("entity %d: got %q, want the later one", number, note)
		}
	}
	if len(got) != 700 {
		t.Errorf("got %d entities, want 700", len(got))
	}
}

func TestDeleteRemovesByKey(t *testing.T) {
	w := withDatabase(t)
	if err := run(t, func(s beam.Scope) { datastoreio.Write(s, w.db, made(s, 700)) }); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second run finds nothing to remove
		if err := run(t, func(s beam.Scope) { datastoreio.Delete(s, w.db, beam.ParDo(s, keys, beam.Create(s, int64(600)))) }); err != nil {
			t.Fatal(err)
		}
		if got := rows(t); len(got) != 100 {
			t.Errorf("got %d entities, want 100", len(got))
		}
	}
}

func TestWriteAcceptsWindowedInput(t *testing.T) {
	w := withDatabase(t)
	err := run(t, func(s beam.Scope) {
		datastoreio.Write(s, w.db, beam.WindowInto(s, window.NewFixedWindows(time.Minute), made(s, 10)))
	})
	if got := rows(t); err != nil || len(got) != 10 {
		t.Errorf("got %d entities and %v, want 10", len(got), err)
	}
}

func TestOtherKeyIsRefusedBeforeAnyEntity(t *testing.T) {
	other := func(w *world) cmekpipe.KeyName { return w.CreateKey("us-central1", "other") }
	none := func(*world) cmekpipe.KeyName { return cmekpipe.KeyName{} }
	write := func(n int64) func(*world, beam.Scope) {
		return func(w *world, s beam.Scope) {
			datastoreio.Write(s, w.db, made(s, n), datastoreio.WithCreateIfMissing())
		}
	}
	remove := func(w *world, s beam.Scope) {
		datastoreio.Delete(s, w.db, beam.ParDo(s, keys, beam.Create(s, int64(1))))
	}
	for _, tt := range []struct {
		name  string
		key   func(*world) cmekpipe.KeyName
		build func(*world, beam.Scope)
		op    string
		want  cmekpipe.Code
	}{
		{"no key", none, write(10), "datastoreio.Write", cmekpipe.KeyMissing},
		{"another key", other, write(10), "datastoreio.Write", cmekpipe.KeyMismatch},
		{"another key, no entity", other, write(0), "datastoreio.Write", cmekpipe.KeyMismatch},
		{"delete, another key", other, remove, "datastoreio.Delete", cmekpipe.KeyMismatch},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			rests := tt.key(w)
			w.CreateDatastoreDatabase(ledger, "us-central1", rests)
			stored := entry{7, "kept"}
			if _, err := client(t).Put(t.Context(), datastore.IDKey("Entry", 1, nil), &stored); err != nil {
				t.Fatal(err)
			}
			e := requireCode(t, run(t, func(s beam.Scope) { tt.build(w, s) }), tt.want)
			if e.Op != tt.op || e.Resource != ledger || !strings.Contains(e.Hint, "pass the key that the database has") ||
				!strings.Contains(e.Error(), w.key.String()) || !strings.Contains(e.Error(), rests.String()) {
				t.Errorf("got %v, want both keys and the database", e)
			}
			if got := rows(t); len(got) != 1 || got[7] != "kept" {
				t.Errorf("got %v, want what was there", got)
			}
		})
	}
}

func TestMissingDatabaseIsAnError(t *testing.T) {
	w := newWorld(t)
	e := requireCode(t, run(t, func(s beam.Scope) { datastoreio.Write(s, w.db, made(s, 1)) }), cmekpipe.NotFound)
	if e.Resource != ledger || !strings.Contains(e.Hint, "gcloud firestore databases create --database=ledger ") {
		t.Errorf("got %v, want the database and what to do", e)
	}
	if n := w.databases(); n != 0 {
		t.Errorf("got %d databases, want none", n)
	}
}

// databases returns how many databases there ever were.
func (w *world) databases() (n int) {
	for _, e := range w.Ledger() {
		if e.Kind == "database" {
			n++
		}
	}
	return n
}

func TestDatabaseInNativeModeIsRefused(t *testing.T) {
	w := newWorld(t)
	spec := &firestore.GoogleFirestoreAdminV1Database{Type: "FIRESTORE_NATIVE", LocationId: "us-central1",
		CmekConfig: &firestore.GoogleFirestoreAdminV1CmekConfig{KmsKeyName: w.key.String()}}
	if _, err := w.FirestoreAdminClient().Projects.Databases.Create("projects/"+cmektest.Project, spec).DatabaseId("ledger").Do(); err != nil {
		t.Fatal(err)
	}
	e := requireCode(t, run(t, func(s beam.Scope) { datastoreio.Write(s, w.db, made(s, 1)) }), cmekpipe.PreconditionFailed)
	if e.Resource != ledger || !strings.Contains(e.Hint, "Datastore mode") {
		t.Errorf("got %v, want the database and its mode", e)
	}
}

func TestCreateIfMissingCreatesItWithTheKey(t *testing.T) {
	for _, tt := range []struct {
		name, key, place string
		fault            emulator.Fault
		n                int64
	}{
		{"at once", "us-central1", "us-central1", emulator.Fault{}, 10},
		{"no entity", "us-central1", "us-central1", emulator.Fault{}, 0},
		{"nam5", "us", "nam5", emulator.Fault{}, 10},
		{"eur3", "europe", "eur3", emulator.Fault{}, 10},
		{"answer lost", "us-central1", "us-central1", emulator.Fault{Reset: true}, 10},
		{"unavailable", "us-central1", "us-central1", emulator.Fault{Status: http.StatusServiceUnavailable}, 10},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			w.key = w.CreateKey(tt.key, "made")
			w.db = w.key.MustDatastoreDatabase(ledger)
			if tt.fault.Reset || tt.fault.Status != 0 {
				tt.fault.Method, tt.fault.Call = "firestore.databases.create", 1
				w.Inject(tt.fault)
			}
			for range 2 {
				err := run(t, func(s beam.Scope) { datastoreio.Write(s, w.db, made(s, tt.n), datastoreio.WithCreateIfMissing()) })
				if err != nil {
					t.Fatal(err)
				}
			}
			found, err := w.FirestoreAdminClient().Projects.Databases.Get(ledger).Do()
			if err != nil || found.LocationId != tt.place || found.Type != "DATASTORE_MODE" {
				t.Errorf("got %+v and %v, want Datastore mode in %s", found, err, tt.place)
			}
			if got := rows(t); len(got) != int(tt.n) || w.databases() != 1 {
				t.Errorf("got %d entities in %d databases, want %d in one", len(got), w.databases(), tt.n)
			}
			w.RequireEncrypted(t, w.key)
		})
	}
}

func TestCreateIfMissingLeavesNothingWhenItFails(t *testing.T) {
	for _, tt := range []struct {
		name  string
		spoil func(*world)
		want  cmekpipe.Code
		hint  string
	}{
		{"disabled", func(w *world) { w.DisableKey(w.key) }, cmekpipe.KeyDisabled, "enable"},
		{"denied", func(w *world) { w.DenyKey(w.key) }, cmekpipe.KeyDenied, "grant roles/cloudkms"},
		{"forbidden", func(w *world) {
			w.Inject(emulator.Fault{Method: "firestore.databases.create", Status: http.StatusForbidden})
		}, cmekpipe.PermissionDenied, "grant"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			tt.spoil(w)
			err := run(t, func(s beam.Scope) { datastoreio.Write(s, w.db, made(s, 10), datastoreio.WithCreateIfMissing()) })
			if e := requireCode(t, err, tt.want); e.Resource != ledger || !strings.Contains(e.Hint, tt.hint) {
				t.Errorf("got %v, want the database and hint %q", e, tt.hint)
			}
			if n := w.databases(); n != 0 {
				t.Errorf("got %d databases, want none", n)
			}
		})
	}
}

// TestLoserOfARaceChecksAgain has somebody else create the database under another key between the look and the creation.
func TestLoserOfARaceChecksAgain(t *testing.T) {
	w := newWorld(t)
	w.CreateDatastoreDatabase(ledger, "us-central1", w.CreateKey("us-central1", "other"))
	w.Inject(emulator.Fault{Method: "firestore.databases.get", Call: 1, Status: http.StatusNotFound})
	err := run(t, func(s beam.Scope) { datastoreio.Write(s, w.db, made(s, 10), datastoreio.WithCreateIfMissing()) })
	requireCode(t, err, cmekpipe.KeyMismatch)
	if got := rows(t); len(got) != 0 {
		t.Errorf("got %d entities, want none", len(got))
	}
}

func TestTransientFailuresAreRetried(t *testing.T) {
	for name, fault := range map[string]emulator.Fault{
		"unavailable": {Code: codes.Unavailable},
		"exhausted":   {Code: codes.ResourceExhausted},
		"aborted":     {Code: codes.Aborted},
		"internal":    {Code: codes.Internal},
		"too late":    {Code: codes.DeadlineExceeded},
		"answer lost": {Reset: true},
	} {
		t.Run(name, func(t *testing.T) {
			w := withDatabase(t)
			fault.Method, fault.Call = "datastore.commit", 1
			w.Inject(fault)
			if err := run(t, func(s beam.Scope) { datastoreio.Write(s, w.db, made(s, 10)) }); err != nil {
				t.Fatal(err)
			}
			if got := rows(t); len(got) != 10 {
				t.Errorf("got %d entities, want 10", len(got))
			}
		})
	}
}

func TestFailureOfAFullBatchEndsTheBundle(t *testing.T) {
	w := withDatabase(t)
	w.Inject(emulator.Fault{Method: "datastore.commit", Call: 1, Code: codes.PermissionDenied})
	e := requireCode(t, run(t, func(s beam.Scope) { datastoreio.Write(s, w.db, made(s, 2000)) }), cmekpipe.PermissionDenied)
	if e.Resource != ledger || e.Hint == "" {
		t.Errorf("got %v, want the database and a hint", e)
	}
	if got := rows(t); len(got) != 0 {
		t.Errorf("got %d entities, want none after the first batch failed", len(got))
	}
}

const secret = "secret-note"

type wide struct {
	Blob []byte `datastore:",noindex"`
}

// wides makes n entities of 900 kB, ten of which are more than a request may have.
func wides(n int64, emit func(string, wide)) {
	for id := int64(1); id <= n; id++ {
		emit(datastore.IDKey("Wide", id, nil).Encode(), wide{make([]byte, 900_000)})
	}
}

func longNote(_ int64, emit func(string, entry)) {
	emit(datastore.NameKey("Entry", secret, nil).Encode(), entry{Note: secret + strings.Repeat(".", 1500)})
}

func badText(_ int64, emit func(string, entry)) {
	emit(datastore.NameKey("Entry", secret, nil).Encode(), entry{Note: secret + "\xff"})
}

func tooBig(_ int64, emit func(string, wide)) {
	emit(datastore.NameKey("Wide", secret, nil).Encode(), wide{make([]byte, 1<<20)})
}

func plainName(_ int64, emit func(string, entry)) { emit(secret, entry{}) }

func reserved(_ int64, emit func(string, entry)) {
	emit(datastore.NameKey("Entry", "__"+secret+"__", nil).Encode(), entry{})
}

func incomplete(_ int64, emit func(string, entry)) {
	emit(datastore.IncompleteKey("Entry", datastore.NameKey("Parent", secret, nil)).Encode(), entry{})
}

func withoutKey(_ int64, emit func(keyed)) { emit(keyed{Note: secret}) }

func halfKey(_ int64, emit func(keyed)) {
	emit(keyed{Key: datastore.NameKey("", secret, nil), Note: secret})
}

// twoFaced holds one property twice, which the client notices when it is sent.
type twoFaced struct{ Note string }

func (f *twoFaced) Load([]datastore.Property) error { return nil }

func (f *twoFaced) Save() ([]datastore.Property, error) {
	return []datastore.Property{{Name: secret, Value: f.Note}, {Name: secret, Value: f.Note}}, nil
}

func twoFaces(_ int64, emit func(string, twoFaced)) {
	emit(datastore.NameKey("Entry", secret, nil).Encode(), twoFaced{secret})
}

func init() {
	register.Function2x0(wides)
	register.Function2x0(longNote)
	register.Function2x0(badText)
	register.Function2x0(tooBig)
	register.Function2x0(plainName)
	register.Function2x0(reserved)
	register.Function2x0(incomplete)
	register.Function2x0(withoutKey)
	register.Function2x0(halfKey)
	register.Function2x0(twoFaces)
	register.Emitter2[string, wide]()
	register.Emitter2[string, twoFaced]()
}

func TestLargeEntitiesAreSplit(t *testing.T) {
	w := withDatabase(t)
	err := run(t, func(s beam.Scope) { datastoreio.Write(s, w.db, beam.ParDo(s, wides, beam.Create(s, int64(25)))) })
	if err != nil {
		t.Fatal(err)
	}
	if n, err := client(t).GetAll(context.Background(), datastore.NewQuery("Wide").KeysOnly(), nil); err != nil || len(n) != 25 {
		t.Errorf("got %d entities and %v, want 25", len(n), err)
	}
}

func TestErrorsHoldNoEntity(t *testing.T) {
	for _, tt := range []struct {
		name string
		emit any
		text string
		hint string
	}{
		{"long text", longNote, "client refuses", "noindex"},
		{"no UTF-8", badText, "UTF-8", "[]byte"},
		{"too big", tooBig, "entity is too big", "limits"},
		{"plain name", plainName, "no key", "Encode"},
		{"reserved name", reserved, "reserved", "limits"},
		{"incomplete key", incomplete, "complete key", "name or an id"},
		{"no key", withoutKey, "complete key", "name or an id"},
		{"key without kind", halfKey, "client refuses", "key"},
		{"property twice", twoFaces, "client refuses", "doubled"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := withDatabase(t)
			err := run(t, func(s beam.Scope) { datastoreio.Write(s, w.db, beam.ParDo(s, tt.emit, beam.Create(s, int64(1)))) })
			e := requireCode(t, err, cmekpipe.InvalidOptions)
			if strings.Contains(err.Error(), "secret") {
				t.Errorf("got %v, want no data", err)
			}
			if e.Resource != ledger || !strings.Contains(e.Hint, tt.hint) || !strings.Contains(e.Error(), tt.text) {
				t.Errorf("got %v, want %q in it and hint %q", e, tt.text, tt.hint)
			}
			if got := rows(t); len(got) != 0 {
				t.Errorf("got %d entities, want none", len(got))
			}
		})
	}
}
