package spannerio_test

import (
	"strings"
	"testing"

	"cloud.google.com/go/spanner/admin/database/apiv1/databasepb"
	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"google.golang.org/grpc/codes"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/spannerio"
)

func TestMissingDatabaseIsAnError(t *testing.T) {
	w := newWorld(t)
	w.CreateSpannerInstance(instanceName, "us-central1")
	e := requireCode(t, run(t, func(s beam.Scope) { spannerio.Write(s, w.db, "Entries", made(s, 1)) }), cmekpipe.NotFound)
	if e.Resource != ledger || e.Hint == "" {
		t.Errorf("got %v, want the database", e)
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

func TestCreateIfMissingCreatesTheDatabaseWithTheKey(t *testing.T) {
	for name, fault := range map[string]emulator.Fault{
		"at once": {}, "answer lost": {Reset: true}, "unavailable": {Code: codes.Unavailable},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.CreateSpannerInstance(instanceName, "us-central1")
			if name != "at once" {
				fault.Method, fault.Call = "spanner.databases.create", 1
				w.Inject(fault)
			}
			for range 2 {
				err := run(t, func(s beam.Scope) {
					spannerio.Write(s, w.db, "Entries", made(s, 10), spannerio.WithCreateIfMissing(table))
				})
				if err != nil {
					t.Fatal(err)
				}
			}
			if got := w.rows(t); len(got) != 10 || w.databases() != 1 {
				t.Errorf("got %d rows in %d databases, want 10 in one", len(got), w.databases())
			}
			w.RequireEncrypted(t, w.key)
		})
	}
}

func TestCreateIfMissingLeavesNothingWhenItFails(t *testing.T) {
	for _, tt := range []struct {
		name  string
		spoil func(*world)
		key   string // its location
		ddl   string
		want  cmekpipe.Code
	}{
		{"disabled", func(w *world) { w.DisableKey(w.key) }, "us-central1", table, cmekpipe.KeyDisabled},
		{"denied", func(w *world) { w.DenyKey(w.key) }, "us-central1", table, cmekpipe.KeyDenied},
		{"elsewhere", nil, "europe-west3", table, cmekpipe.LocationMismatch},
		{"bad statement", nil, "us-central1", "CREATE TABEL x", cmekpipe.InvalidOptions},
		{"forbidden", func(w *world) {
			w.Inject(emulator.Fault{Method: "spanner.databases.create", Code: codes.PermissionDenied})
		}, "us-central1", table, cmekpipe.PermissionDenied},
		{"unavailable for good", func(w *world) {
			w.Inject(emulator.Fault{Method: "spanner.databases.create", Code: codes.Unavailable})
		}, "us-central1", table, cmekpipe.Unavailable},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			if tt.key != "us-central1" {
				w.key = w.CreateKey(tt.key, "far")
				w.db = w.key.MustSpannerDatabase(ledger)
			}
			w.CreateSpannerInstance(instanceName, "us-central1")
			if tt.spoil != nil {
				tt.spoil(w)
			}
			err := run(t, func(s beam.Scope) {
				spannerio.Write(s, w.db, "Entries", made(s, 10), spannerio.WithCreateIfMissing(tt.ddl))
			})
			if e := requireCode(t, err, tt.want); e.Resource != ledger || e.Hint == "" && tt.want != cmekpipe.InvalidOptions {
				t.Errorf("got %v, want the database and a hint", e)
			}
			if n := w.databases(); n != 0 {
				t.Errorf("got %d databases, want none", n)
			}
		})
	}
}

func TestSeveralKeysOfADatabaseInSeveralRegions(t *testing.T) {
	w := newWorld(t)
	second, third := w.CreateKey("us-east1", "second"), w.CreateKey("us-east4", "third")
	w.CreateSpannerInstance(instanceName, "nam3")
	write := func(keys ...cmekpipe.KeyName) error {
		return run(t, func(s beam.Scope) {
			spannerio.Write(s, w.db, "Entries", made(s, 10), spannerio.WithCreateIfMissing(table), spannerio.WithAdditionalKeys(keys...))
		})
	}
	if err := write(second, third); err != nil {
		t.Fatal(err)
	}
	found, err := w.admin(t).GetDatabase(t.Context(), &databasepb.GetDatabaseRequest{Name: ledger})
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(found.GetEncryptionConfig().GetKmsKeyNames(), " "); got != w.key.String()+" "+second.String()+" "+third.String() {
		t.Errorf("got keys %q, want all three", got)
	}
	w.RequireEncrypted(t, w.key, second, third)
	for _, keys := range [][]cmekpipe.KeyName{nil, {second}, {second, w.CreateKey("us-west1", "fourth")}} {
		if e := requireCode(t, write(keys...), cmekpipe.KeyMismatch); !strings.Contains(e.Error(), third.String()) {
			t.Errorf("got %v, want all keys named", e)
		}
	}
}

// TestLoserOfARaceChecksAgain creates the database under another key between the look and the creation.
func TestLoserOfARaceChecksAgain(t *testing.T) {
	w := newWorld(t)
	w.CreateSpannerInstance(instanceName, "us-central1")
	other := w.CreateKey("us-central1", "other")
	w.Inject(emulator.Fault{Method: "spanner.databases.get", Call: 1, Code: codes.NotFound})
	w.CreateSpannerDatabase("projects/"+cmektest.Project+"/instances/main/databases/ledger", "us-central1", other, table)
	err := run(t, func(s beam.Scope) {
		spannerio.Write(s, w.db, "Entries", made(s, 10), spannerio.WithCreateIfMissing(table))
	})
	requireCode(t, err, cmekpipe.KeyMismatch)
	if got := w.rows(t); len(got) != 0 {
		t.Errorf("got %d rows, want none", len(got))
	}
}
