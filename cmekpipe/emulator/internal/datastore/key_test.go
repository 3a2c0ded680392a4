package datastore_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"cloud.google.com/go/datastore"
	"google.golang.org/api/firestore/v1"
	"google.golang.org/grpc/codes"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
)

type note struct{ Text string }

func put(t *testing.T, client *datastore.Client, id int64) error {
	t.Helper()
	_, err := client.Put(t.Context(), datastore.IDKey("Note", id, nil), &note{"text"})
	return err
}

func get(t *testing.T, client *datastore.Client, id int64) error {
	t.Helper()
	return client.Get(t.Context(), datastore.IDKey("Note", id, nil), &note{})
}

func TestDatabaseIsCreatedWithAKeyThatFits(t *testing.T) {
	w := newWorld(t)
	far, wide := w.CreateKey("europe-west3", "far"), w.CreateKey("us", "wide")
	disabled, denied := w.CreateKey("us-central1", "disabled"), w.CreateKey("us-central1", "denied")
	w.DisableKey(disabled)
	w.DenyKey(denied, emulator.Datastore)
	key := w.key.String()
	for _, tt := range []struct {
		name, key string
		change    func(*firestore.GoogleFirestoreAdminV1Database)
		want      int
		text      string
	}{
		{"elsewhere", far.String(), nil, 400, "key " + far.String() + " is not in the location that us-central1 accepts keys from"},
		{"multi-region's", wide.String(), nil, 400, "is not in the location"},
		{"region's in a multi-region", key, func(s *firestore.GoogleFirestoreAdminV1Database) { s.LocationId = "nam5" }, 400,
			"is not in the location that nam5 accepts keys from"},
		{"disabled", disabled.String(), nil, 400, inaccessible},
		{"denied", denied.String(), nil, 400, inaccessible},
		{"missing", key + "-none", nil, 400, inaccessible},
		{"version", key + "/cryptoKeyVersions/1", nil, 400, "want the name of a key and nothing else"},
		{"no key's name", "records", nil, 400, "got kmsKeyName records"},
		{"a version chosen", key, func(s *firestore.GoogleFirestoreAdminV1Database) {
			s.CmekConfig.ActiveKeyVersion = []string{key + "/cryptoKeyVersions/1"}
		}, 400, "and nothing else"},
		{"no kind", key, func(s *firestore.GoogleFirestoreAdminV1Database) { s.Type = "" }, 400, "Database type is required"},
		{"no location", key, func(s *firestore.GoogleFirestoreAdminV1Database) { s.LocationId = "" }, 400, "Database location is required"},
		{"unknown field", key, func(s *firestore.GoogleFirestoreAdminV1Database) {
			s.DeleteProtectionState = "DELETE_PROTECTION_ENABLED"
		},
			400, "has fields that the loopback Firestore doesn't support"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			asked := spec(tt.key)
			if tt.change != nil {
				tt.change(asked)
			}
			requireStatus(t, w.create("ledger", asked), tt.want, tt.text)
			if got := w.alive("database"); len(got) > 0 {
				t.Errorf("got %s, want no database", got[0].Name)
			}
			_, err := w.databases.Get(ledger).Do()
			requireStatus(t, err, 404, "Database '"+ledger+"' does not exist")
		})
	}
	requireStatus(t, w.create("ledger", spec(key)), 200, "")
	requireStatus(t, w.create("ledger", spec(key)), 409, "Database already exists")
	multi := spec(wide.String())
	multi.LocationId = "nam5"
	requireStatus(t, w.create("spread", multi), 200, "")
	want := map[string]cmekpipe.KeyName{ledger: w.key, project + "/databases/spread": wide}
	for _, e := range w.alive("database") {
		if e.ProtectedBy() != want[e.Name] || e.Key.Number() != 1 || !e.KeyAsked || e.Method != "firestore.databases.create" {
			t.Errorf("got %+v, want it with version 1 of %v, asked for", e, want[e.Name])
		}
		delete(want, e.Name)
	}
	if len(want) > 0 {
		t.Errorf("got no entry for %v", want)
	}
}

func TestDatabaseReportsItsKeyAndTheVersionsInUse(t *testing.T) {
	w := newWorld(t)
	requireStatus(t, w.create("ledger", spec(w.key.String())), 200, "")
	requireStatus(t, w.create("plain", spec("")), 200, "")
	client := w.rows("ledger")
	requireCode(t, put(t, client, 1), codes.OK, "")
	w.RotateKey(w.key)
	requireCode(t, put(t, client, 2), codes.OK, "")
	requireCode(t, put(t, w.rows("plain"), 3), codes.OK, "")

	found, err := w.databases.Get(ledger).Do()
	versions := []string{w.key.Version(1).String(), w.key.Version(2).String()}
	if err != nil || found.CmekConfig == nil || found.CmekConfig.KmsKeyName != w.key.String() ||
		!slices.Equal(found.CmekConfig.ActiveKeyVersion, versions) {
		t.Errorf("got %+v and %v, want %v with versions 1 and 2", found.CmekConfig, err, w.key)
	}
	if plain, err := w.databases.Get(project + "/databases/plain").Do(); err != nil || plain.CmekConfig != nil {
		t.Errorf("got %+v and %v, want no cmekConfig", plain.CmekConfig, err)
	}
	want := map[string]cmekpipe.KeyVersionName{ledger + "/entities/Note/1": w.key.Version(1),
		ledger + "/entities/Note/2": w.key.Version(2), project + "/databases/plain/entities/Note/3": {}}
	for _, e := range w.alive("entity") {
		if key, ok := want[e.Name]; !ok || e.Key != key || e.KeyAsked {
			t.Errorf("got %+v, want it with %v, not asked for", e, key)
		}
		delete(want, e.Name)
	}
	if len(want) > 0 {
		t.Errorf("got no entry for %v", want)
	}
}

func TestEntitiesNeedTheKeyEachTime(t *testing.T) {
	w := newWorld(t)
	w.CreateDatastoreDatabase(ledger, "us-central1", w.key)
	client := w.rows("ledger")
	requireCode(t, put(t, client, 1), codes.OK, "")
	calls := map[string]func() error{
		"commit": func() error { return put(t, client, 2) },
		"delete": func() error { return client.Delete(t.Context(), datastore.IDKey("Note", 1, nil)) },
		"lookup": func() error { return get(t, client, 1) },
		"query": func() error {
			_, err := client.GetAll(t.Context(), datastore.NewQuery("Note"), &[]note{})
			return err
		},
		"transaction": func() error { _, err := client.NewTransaction(t.Context()); return err },
	}
	for _, tt := range []struct {
		name           string
		change, repair func()
	}{
		{"disabled", func() { w.DisableKey(w.key) }, func() { w.EnableKey(w.key) }},
		{"denied", func() { w.DenyKey(w.key, emulator.Datastore) }, func() { w.GrantKey(w.key, emulator.Datastore) }},
		{"scheduled", func() { w.DestroyKey(w.key) }, func() { w.EnableKey(w.key) }},
		// An enabled version doesn't make data readable that another version encrypted.
		{"first of two versions disabled", func() {
			w.RotateKey(w.key)
			requireCode(t, put(t, client, 1), codes.OK, "")
			w.disableVersion(w.key.Version(1))
		}, func() { w.EnableKey(w.key) }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.change()
			for name, call := range calls {
				t.Run(name, func(t *testing.T) { requireCode(t, call(), codes.FailedPrecondition, inaccessible) })
			}
			found, err := w.databases.Get(ledger).Do() // needs no key
			if err != nil || found.CmekConfig.KmsKeyName != w.key.String() {
				t.Errorf("got %v, want the database's key", err)
			}
			tt.repair()
			requireCode(t, get(t, client, 1), codes.OK, "")
			if got := w.alive("entity"); len(got) != 1 {
				t.Errorf("got %d entities in the ledger, want the first alone", len(got))
			}
		})
	}
	w.DestroyKey(w.key)
	w.Advance(40 * 24 * time.Hour)
	requireCode(t, get(t, client, 1), codes.FailedPrecondition, inaccessible)
}

func TestUnusableDatabaseIsRefusedWithTheReason(t *testing.T) {
	w := newWorld(t)
	native := spec(w.key.String())
	native.Type = "FIRESTORE_NATIVE"
	requireStatus(t, w.create("native", native), 200, "")
	requireCode(t, put(t, w.rows("native"), 1), codes.FailedPrecondition,
		"The Cloud Datastore API is not available for Firestore in Native Mode database "+project+"/databases/native.")
	requireCode(t, put(t, w.rows("none"), 1), codes.NotFound, "The database none does not exist for project "+cmektest.Project)
	if got := w.alive("entity"); len(got) > 0 {
		t.Errorf("got %s, want no entity", got[0].Name)
	}
}

func TestDeletedDatabaseDeletesItsEntities(t *testing.T) {
	w := newWorld(t)
	w.CreateDatastoreDatabase(ledger, "us-central1", w.key)
	requireCode(t, put(t, w.rows("ledger"), 1), codes.OK, "")
	if _, err := w.databases.Delete(ledger).Do(); err != nil {
		t.Fatal(err)
	}
	for _, e := range append(w.alive("database"), w.alive("entity")...) {
		if strings.HasPrefix(e.Name, ledger) {
			t.Errorf("got %s alive in the ledger, want it marked as deleted", e.Name)
		}
	}
	requireCode(t, put(t, w.rows("ledger"), 2), codes.NotFound, "does not exist")
}

func TestFaultsMatchTheCalls(t *testing.T) {
	w := newWorld(t)
	w.CreateDatastoreDatabase(ledger, "us-central1", w.key)
	client := w.rows("ledger")
	remove := w.Inject(emulator.Fault{Method: "firestore.databases.get", Resource: ledger, Status: 403})
	_, err := w.databases.Get(ledger).Do()
	requireStatus(t, err, 403, "the test injected")
	remove()
	for method, call := range map[string]func() error{
		"datastore.commit": func() error { return put(t, client, 1) },
		"datastore.lookup": func() error { return get(t, client, 1) },
	} {
		t.Run(method, func(t *testing.T) {
			requireCode(t, put(t, client, 1), codes.OK, "")
			remove := w.Inject(emulator.Fault{Method: emulator.Method(method), Resource: ledger, Code: codes.PermissionDenied})
			requireCode(t, call(), codes.PermissionDenied, "fault")
			remove()
			requireCode(t, call(), codes.OK, "")
		})
	}
}
