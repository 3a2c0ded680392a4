package spannerio

import (
	"context"
	"errors"
	"testing"
	"time"

	"cloud.google.com/go/spanner/admin/database/apiv1/databasepb"
	"google.golang.org/grpc/codes"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/internal/clients/spannerclient"
	"github.com/cmekpipe/cmekpipe-go/internal/keycheck"
)

// TestEveryWriterChecksTheKeyBeforeItAcceptsARow runs a writer without the step that looks, too.
func TestEveryWriterChecksTheKeyBeforeItAcceptsARow(t *testing.T) {
	const name = "projects/" + cmektest.Project + "/instances/main/databases/ledger"
	busy := emulator.Fault{Method: "spanner.databases.get", Code: codes.ResourceExhausted}
	for _, tt := range []struct {
		name  string
		under string // the database's key
		fault emulator.Fault
		want  cmekpipe.Code
	}{
		{name: "its key", under: "records"},
		{name: "another key", under: "other", want: cmekpipe.KeyMismatch},
		{name: "too many calls for now", under: "records", fault: busy},
		{name: "forbidden", under: "records", fault: emulator.Fault{Method: busy.Method, Code: codes.PermissionDenied}, want: cmekpipe.PermissionDenied},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cloud := cmektest.NewCloud(t)
			key := cloud.CreateKey("us-central1", "records")
			under := key
			if tt.under != "records" {
				under = cloud.CreateKey("us-central1", tt.under)
			}
			cloud.CreateSpannerDatabase(name, "us-central1", under,
				"CREATE TABLE Entries (ID INT64 NOT NULL) PRIMARY KEY (ID)")
			if tt.fault.Method != "" {
				tt.fault.Call = 1
				cloud.Inject(tt.fault)
			}
			f := &commitFn{Check: check{Database: key.MustSpannerDatabase(name)}, Table: "Entries", Rows: 1}
			defer f.Teardown()
			err := f.Setup(t.Context())
			if tt.want == "" {
				if err != nil || f.client == nil {
					t.Fatalf("got client %v and error %v, want a client", f.client, err)
				}
				return
			}
			if !errors.Is(err, tt.want) || f.client != nil {
				t.Errorf("got client %v and error %v, want none and %v", f.client, err, tt.want)
			}
		})
	}
}

// TestKeysAreCheckedAgain deletes the database and creates it with another key while a writer runs.
func TestKeysAreCheckedAgain(t *testing.T) {
	const name = "projects/" + cmektest.Project + "/instances/main/databases/ledger"
	const table = "CREATE TABLE Entries (ID INT64 NOT NULL) PRIMARY KEY (ID)"
	cloud := cmektest.NewCloud(t)
	key := cloud.CreateKey("us-central1", "records")
	cloud.CreateSpannerDatabase(name, "us-central1", key, table)
	f := &commitFn{Check: check{Database: key.MustSpannerDatabase(name), Create: true}, Table: "Entries", Rows: 1}
	now := time.Now()
	f.checked.Now = func() time.Time { return now }
	if err := f.Setup(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer f.Teardown()
	admin, err := spannerclient.Databases(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer admin.Close()
	if err := admin.DropDatabase(t.Context(), &databasepb.DropDatabaseRequest{Database: name}); err != nil {
		t.Fatal(err)
	}
	now = now.Add(keycheck.Interval)
	if err := f.FinishBundle(t.Context()); !errors.Is(err, cmekpipe.NotFound) {
		t.Errorf("without the database: got %v, want %v and no new database", err, cmekpipe.NotFound)
	}
	cloud.CreateSpannerDatabase(name, "us-central1", cloud.CreateKey("us-central1", "other"), table)
	if err := f.FinishBundle(t.Context()); !errors.Is(err, cmekpipe.KeyMismatch) {
		t.Errorf("with another key: got %v, want %v", err, cmekpipe.KeyMismatch)
	}
}

// TestCanceledWriterStopsChecking cancels the context while Spanner refuses calls.
func TestCanceledWriterStopsChecking(t *testing.T) {
	cloud := cmektest.NewCloud(t)
	key := cloud.CreateKey("us-central1", "records")
	cloud.Inject(emulator.Fault{Method: "spanner.databases.get", Code: codes.ResourceExhausted, Optional: true})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	f := &commitFn{Check: check{Database: key.MustSpannerDatabase("projects/p-1234/instances/main/databases/ledger")}}
	if err := f.Setup(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want the context's error", err)
	}
}
