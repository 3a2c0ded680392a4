package bigtableio

import (
	"context"
	"errors"
	"testing"
	"time"

	"cloud.google.com/go/bigtable"
	"cloud.google.com/go/bigtable/admin/apiv2/adminpb"
	"google.golang.org/grpc/codes"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/internal/clients/bigtableclient"
	"github.com/cmekpipe/cmekpipe-go/internal/clients/shared"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/worker"
)

// These tests call a writer without the step that checks the table, so that something can happen between its calls.

const (
	ledgerInstance = "projects/" + cmektest.Project + "/instances/ledger"
	entriesTable   = ledgerInstance + "/tables/entries"
)

// withCluster returns a cloud with a table in a cluster with a key, and a writer whose table may have been created from another
// key.
func withCluster(t *testing.T, keyID string) (*cmektest.Cloud, cmekpipe.KeyName, *applyFn) {
	t.Helper()
	cloud := cmektest.NewCloud(t)
	key := cloud.CreateKey("us-central1", "records")
	cloud.CreateBigtableInstance(ledgerInstance, "us-central1-b", key)
	cloud.CreateBigtableTable(entriesTable, "f")
	own := key
	if keyID != "records" {
		own = cloud.CreateKey("us-central1", keyID)
	}
	return cloud, key, &applyFn{Keys: keyVerifier{Op: opWrite, Table: own.MustBigtableTable(entriesTable)}}
}

// begun sets a writer up and begins a bundle.
func begun(ctx context.Context, t *testing.T, f *applyFn) {
	t.Helper()
	if err := errors.Join(f.Setup(ctx), f.StartBundle(ctx)); err != nil {
		t.Fatal(err)
	}
}

// cell returns a mutation of one cell, always the same.
func cell(value string) Mutation {
	m := NewMutation("row")
	m.Set("f", "note", bigtable.Timestamp(1_000_000), []byte(value))
	return *m
}

func requireNoRows(t *testing.T, cloud *cmektest.Cloud) {
	t.Helper()
	for _, entry := range cloud.Ledger() {
		if entry.Kind == "rows" {
			t.Error("got a row written, want none")
		}
	}
}

func TestEveryWriterChecksTheKeyBeforeItAcceptsARow(t *testing.T) {
	for _, tt := range []struct {
		name, keyID string
		fault       emulator.Fault
		want        cmekpipe.Code
	}{
		{name: "its key", keyID: "records"},
		{name: "another key", keyID: "other", want: cmekpipe.KeyMismatch},
		{name: "too many calls for now", keyID: "records",
			fault: emulator.Fault{Method: "bigtableadmin.clusters.list", Code: codes.ResourceExhausted}},
		{name: "no permission to list clusters", keyID: "records", want: cmekpipe.PermissionDenied,
			fault: emulator.Fault{Method: "bigtableadmin.clusters.list", Code: codes.PermissionDenied}},
		{name: "no permission to read the table", keyID: "records", want: cmekpipe.PermissionDenied,
			fault: emulator.Fault{Method: "bigtableadmin.tables.get", Code: codes.PermissionDenied}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cloud, _, f := withCluster(t, tt.keyID)
			if tt.fault.Method != "" {
				tt.fault.Call = 1
				cloud.Inject(tt.fault)
			}
			err := errors.Join(f.Setup(t.Context()), f.StartBundle(t.Context()))
			if tt.want == "" && err != nil || tt.want != "" && !errors.Is(err, tt.want) {
				t.Errorf("got error %v, want code %q", err, tt.want)
			}
		})
	}
}

// A cluster that is added during a long run is found by the next check.
func TestKeysAreCheckedAgain(t *testing.T) {
	for name, later := range map[string]time.Duration{"due": shared.CheckInterval, "not due": shared.CheckInterval - time.Minute} {
		t.Run(name, func(t *testing.T) {
			cloud, _, f := withCluster(t, "records")
			w := worker.New(t)
			begun(w.Context(), t, f)
			w.Advance(later)
			cloud.CreateBigtableCluster(ledgerInstance, "europe-west3-a", cloud.CreateKey("europe-west3", "far"))
			if err := f.ProcessElement(w.Context(), cell("note")); err != nil {
				t.Fatal(err)
			}
			err := f.FinishBundle(w.Context())
			if name == "not due" {
				if err != nil || len(cloud.ReadBigtableRows(entriesTable)) != 1 {
					t.Errorf("got error %v and %d rows, want a row", err, len(cloud.ReadBigtableRows(entriesTable)))
				}
				return
			}
			if !errors.Is(err, cmekpipe.KeyMismatch) {
				t.Errorf("got %v, want %v", err, cmekpipe.KeyMismatch)
			}
			requireNoRows(t, cloud)
		})
	}
}

func TestTableDeletedDuringTheRunIsAnError(t *testing.T) {
	_, _, f := withCluster(t, "records")
	w := worker.New(t)
	ctx := w.Context()
	begun(ctx, t, f)
	tables, err := bigtableclient.SharedTables(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if err := tables.DeleteTable(ctx, &adminpb.DeleteTableRequest{Name: entriesTable}); err != nil {
		t.Fatal(err)
	}
	for range 2 { // before the next check is due, and when it is
		err := errors.Join(f.StartBundle(ctx), f.ProcessElement(ctx, cell("note")), f.FinishBundle(ctx))
		if !errors.Is(err, cmekpipe.NotFound) {
			t.Errorf("got %v, want %v and no new table", err, cmekpipe.NotFound)
		}
		w.Advance(shared.CheckInterval)
	}
}

func TestKeyLostAfterTheCheckIsReported(t *testing.T) {
	for _, tt := range []struct {
		name  string
		spoil func(*cmektest.Cloud, cmekpipe.KeyName)
		want  cmekpipe.Code
	}{
		{"disabled", func(c *cmektest.Cloud, key cmekpipe.KeyName) { c.DisableKey(key) }, cmekpipe.KeyDisabled},
		{"denied", func(c *cmektest.Cloud, key cmekpipe.KeyName) { c.DenyKey(key, emulator.Bigtable) }, cmekpipe.KeyDenied},
		{"destroyed", func(c *cmektest.Cloud, key cmekpipe.KeyName) { c.DestroyKey(key) }, cmekpipe.KeyDisabled},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cloud, key, f := withCluster(t, "records")
			begun(t.Context(), t, f)
			if err := f.ProcessElement(t.Context(), cell("note")); err != nil {
				t.Fatal(err)
			}
			tt.spoil(cloud, key)
			err := f.FinishBundle(t.Context())
			e, ok := errors.AsType[*cmekpipe.Error](err)
			if !ok || e.Code != tt.want || e.Resource != entriesTable || e.Hint == "" {
				t.Errorf("got %v, want code %v, the table and a hint", err, tt.want)
			}
			requireNoRows(t, cloud)
		})
	}
}

// TestBatchesOfABundleFollowEachOther writes a cell in three batches, of which the first is slow, as it is sent twice.
func TestBatchesOfABundleFollowEachOther(t *testing.T) {
	cloud, _, f := withCluster(t, "records")
	begun(t.Context(), t, f)
	cloud.Inject(emulator.Fault{Method: "bigtable.tables.mutateRows", Call: 1, Code: codes.Unavailable})
	for _, value := range []string{"first", "second", "third"} {
		if err := f.ProcessElement(t.Context(), cell(value)); err != nil {
			t.Fatal(err)
		}
		if err := f.flush(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.FinishBundle(t.Context()); err != nil {
		t.Fatal(err)
	}
	rows := cloud.ReadBigtableRows(entriesTable)
	if len(rows) != 1 || string(rows[0]["f"][0].Value) != "third" {
		t.Errorf("got %v, want what was written last", rows)
	}
}

// TestBatchThatFailedOnItsWayFailsItsBundleOnly has nothing left to write when the bundle ends.
func TestBatchThatFailedOnItsWayFailsItsBundleOnly(t *testing.T) {
	cloud, _, f := withCluster(t, "records")
	begun(t.Context(), t, f)
	cloud.Inject(emulator.Fault{Method: "bigtable.tables.mutateRows", Call: 1, Code: codes.PermissionDenied})
	if err := f.ProcessElement(t.Context(), cell("note")); err != nil {
		t.Fatal(err)
	}
	if err := f.flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := f.FinishBundle(t.Context()); !errors.Is(err, cmekpipe.PermissionDenied) {
		t.Errorf("got %v, want %v", err, cmekpipe.PermissionDenied)
	}
	if err := errors.Join(f.StartBundle(t.Context()), f.FinishBundle(t.Context())); err != nil {
		t.Errorf("got %v in the next bundle, want no error", err)
	}
}

// TestCanceledBundleDoesNotWait cancels the context while Bigtable refuses rows.
func TestCanceledBundleDoesNotWait(t *testing.T) {
	cloud, _, f := withCluster(t, "records")
	begun(t.Context(), t, f)
	cloud.Inject(emulator.Fault{Method: "bigtable.tables.mutateRows", Code: codes.Unavailable, Optional: true})
	ctx, cancel := context.WithCancel(t.Context())
	if err := f.ProcessElement(ctx, cell("note")); err != nil {
		t.Fatal(err)
	}
	if err := f.flush(ctx); err != nil {
		t.Fatal(err)
	}
	cancel()
	if err := f.FinishBundle(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want the context's error", err)
	}
	requireNoRows(t, cloud)
}
