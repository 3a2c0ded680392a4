package spannerio

import (
	"context"
	"errors"
	"testing"

	"cloud.google.com/go/spanner/admin/database/apiv1/databasepb"
	"google.golang.org/grpc/codes"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/internal/clients/shared"
	"github.com/cmekpipe/cmekpipe-go/internal/clients/spannerclient"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/worker"
)

// TestEveryWriterChecksTheKeyBeforeItAcceptsARow runs a writer without the step that checks the database too.
func TestEveryWriterChecksTheKeyBeforeItAcceptsARow(t *testing.T) {
	const name = ledgerName
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
			cloud.CreateSpannerDatabase(name, "us-central1", under, entriesTable)
			if tt.fault.Method != "" {
				tt.fault.Call = 1
				cloud.Inject(tt.fault)
			}
			f := &commitFn{Check: check{Database: key.MustSpannerDatabase(name)}, Table: "Entries", Rows: 1}
			err := f.StartBundle(t.Context())
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

const (
	ledgerName   = "projects/" + cmektest.Project + "/instances/main/databases/ledger"
	entriesTable = "CREATE TABLE Entries (ID INT64 NOT NULL) PRIMARY KEY (ID)"
)

// entry is a row of the table.
type entry struct{ ID int64 }

// stage is a writer in a worker process of its own.
type stage struct {
	*cmektest.Cloud
	*commitFn
	*worker.Worker
	key cmekpipe.KeyName
}

func newStage(t *testing.T) *stage {
	t.Helper()
	cloud := cmektest.NewCloud(t)
	key := cloud.CreateKey("us-central1", "records")
	cloud.CreateSpannerDatabase(ledgerName, "us-central1", key, entriesTable)
	return &stage{cloud, &commitFn{Check: check{Database: key.MustSpannerDatabase(ledgerName)}, Table: "Entries", Rows: 1}, worker.New(t), key}
}

func (s *stage) bundle() error {
	ctx := s.Context()
	if err := s.StartBundle(ctx); err != nil {
		return err
	}
	if err := s.ProcessElement(ctx, entry{1}); err != nil {
		return err
	}
	return s.FinishBundle(ctx)
}

func (s *stage) drop(t *testing.T) {
	t.Helper()
	admin, err := spannerclient.SharedDatabases(s.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := admin.DropDatabase(s.Context(), &databasepb.DropDatabaseRequest{Database: ledgerName}); err != nil {
		t.Fatal(err)
	}
}

// TestKeysAreCheckedAgain deletes the database and creates it with another key while a writer runs.
func TestKeysAreCheckedAgain(t *testing.T) {
	s := newStage(t)
	if err := s.bundle(); err != nil {
		t.Fatal(err)
	}
	ctx := s.Context()
	if err := errors.Join(s.StartBundle(ctx), s.ProcessElement(ctx, entry{2})); err != nil {
		t.Fatal(err)
	}
	s.drop(t)
	s.Worker.Advance(shared.CheckInterval)
	if err := s.FinishBundle(ctx); !errors.Is(err, cmekpipe.NotFound) {
		t.Errorf("within the bundle: got %v, want %v", err, cmekpipe.NotFound)
	}
	if err := s.bundle(); !errors.Is(err, cmekpipe.NotFound) {
		t.Errorf("without the database: got %v, want %v and no new database", err, cmekpipe.NotFound)
	}
	s.CreateSpannerDatabase(ledgerName, "us-central1", s.CreateKey("us-central1", "other"), entriesTable)
	if err := s.bundle(); !errors.Is(err, cmekpipe.KeyMismatch) {
		t.Errorf("with another key: got %v, want %v", err, cmekpipe.KeyMismatch)
	}
}

// TestDatabaseThatIsCreatedAgainIsFound deletes the database and creates it with the same key, which ends the session of
// the process's client.
func TestDatabaseThatIsCreatedAgainIsFound(t *testing.T) {
	s := newStage(t)
	if err := s.bundle(); err != nil {
		t.Fatal(err)
	}
	s.drop(t)
	if err := s.bundle(); !errors.Is(err, cmekpipe.NotFound) {
		t.Errorf("without the database: got %v, want %v", err, cmekpipe.NotFound)
	}
	s.CreateSpannerDatabase(ledgerName, "us-central1", s.key, entriesTable)
	if err := s.bundle(); err != nil {
		t.Errorf("with the database: got %v, want none", err)
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
	if err := f.StartBundle(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want the context's error", err)
	}
}
