package bigtableio_test

import (
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc/codes"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/bigtableio"
)

func TestOtherKeyIsRefusedBeforeAnyRow(t *testing.T) {
	for _, tt := range []struct {
		name  string
		key   func(*world) cmekpipe.KeyName
		n     int64
		allow bool // by WithAdditionalKeys
		want  cmekpipe.Code
	}{
		{"no key", func(*world) cmekpipe.KeyName { return cmekpipe.KeyName{} }, 10, false, cmekpipe.KeyMissing},
		{"another key", func(w *world) cmekpipe.KeyName { return w.CreateKey("us-central1", "other") }, 10, false, cmekpipe.KeyMismatch},
		{"another key, no row", func(w *world) cmekpipe.KeyName { return w.CreateKey("us-central1", "other") }, 0, false, cmekpipe.KeyMismatch},
		{"another key, allowed in addition to the table's", func(w *world) cmekpipe.KeyName { return w.CreateKey("us-central1", "other") }, 10, true, cmekpipe.KeyMismatch},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			rests := tt.key(w)
			w.CreateBigtableInstance(instanceName, "us-central1-b", rests)
			w.CreateBigtableTable(tableName, "f")
			opts := []bigtableio.WriteOption{bigtableio.WithCreateIfMissing("f")}
			if tt.allow {
				opts = append(opts, bigtableio.WithAdditionalKeys(rests))
			}
			e := requireCode(t, w.write(t, tt.n, opts...), tt.want)
			if e.Op != "bigtableio.Write" || !strings.Contains(e.Error(), w.key.String()) || !strings.Contains(e.Error(), rests.String()) {
				t.Errorf("got %v, want both keys", e)
			}
			w.requireRows(t, 0)
		})
	}
}

func TestEveryClusterNeedsAKeyThatWasNamed(t *testing.T) {
	w := withTable(t)
	far := w.CreateKey("europe-west3", "far")
	w.CreateBigtableCluster(instanceName, "europe-west3-a", far)
	e := requireCode(t, w.write(t, 10), cmekpipe.KeyMismatch)
	if !strings.Contains(e.Error(), "clusters/c-europe-west3-a") || !strings.Contains(e.Error(), far.String()) {
		t.Errorf("got %v, want the cluster and its key", e)
	}
	w.requireRows(t, 0)
	if err := w.write(t, 10, bigtableio.WithAdditionalKeys(far)); err != nil {
		t.Fatal(err)
	}
	w.requireRows(t, 10)
	w.RequireEncrypted(t, w.key, far)
}

func TestRefusedKeyFailsTheRunBeforeAnyRow(t *testing.T) {
	for _, tt := range []struct {
		name  string
		spoil func(*world)
		want  cmekpipe.Code
	}{
		{"disabled", func(w *world) { w.DisableKey(w.key) }, cmekpipe.KeyDisabled},
		{"denied", func(w *world) { w.DenyKey(w.key, emulator.Bigtable) }, cmekpipe.KeyDenied},
		{"scheduled for destruction", func(w *world) { w.DestroyKey(w.key) }, cmekpipe.KeyDisabled},
		{"destroyed", func(w *world) { w.DestroyKey(w.key); w.Advance(40 * 24 * time.Hour) }, cmekpipe.KeyDisabled},
		{"disabled and unseen", func(w *world) {
			w.DisableKey(w.key)
			w.Inject(emulator.Fault{Method: "kms.*", Code: codes.PermissionDenied})
		}, cmekpipe.KeyDisabled},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := withTable(t)
			tt.spoil(w)
			e := requireCode(t, w.write(t, 10), tt.want)
			if !strings.Contains(e.Hint, w.key.String()) {
				t.Errorf("got %v, want the key", e)
			}
			for _, e := range w.Ledger() {
				if e.Kind == "rows" {
					t.Error("got rows written, want none")
				}
			}
		})
	}
}

// Bigtable answers a write under a key that it can't use with codes that stand for other things too.
func TestOtherFailureIsNotReportedAsTheKeys(t *testing.T) {
	for name, tt := range map[string]struct {
		fault emulator.Fault
		want  cmekpipe.Code
	}{
		"precondition": {emulator.Fault{Code: codes.FailedPrecondition}, cmekpipe.PreconditionFailed},
		"not found":    {emulator.Fault{Code: codes.NotFound}, cmekpipe.NotFound},
		"forbidden":    {emulator.Fault{Code: codes.PermissionDenied}, cmekpipe.PermissionDenied},
	} {
		t.Run(name, func(t *testing.T) {
			w := withTable(t)
			tt.fault.Method = "bigtable.tables.mutateRows"
			w.Inject(tt.fault)
			requireCode(t, w.write(t, 10), tt.want)
			w.requireRows(t, 0)
		})
	}
}

func TestMissingTableIsAnError(t *testing.T) {
	w := newWorld(t)
	requireCode(t, w.write(t, 10, bigtableio.WithCreateIfMissing("f")), cmekpipe.NotFound) // no instance either
	w.CreateBigtableInstance(instanceName, "us-central1-b", w.key)
	requireCode(t, w.write(t, 10), cmekpipe.NotFound)
}

func TestCreateIfMissingCreatesTheTableOnly(t *testing.T) {
	for name, fault := range map[string]emulator.Fault{
		"at once": {}, "answer lost": {Reset: true}, "unavailable": {Code: codes.Unavailable},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.CreateBigtableInstance(instanceName, "us-central1-b", w.key)
			if name != "at once" {
				fault.Method, fault.Call = "bigtableadmin.tables.create", 1
				w.Inject(fault)
			}
			for range 2 {
				if err := w.write(t, 10, bigtableio.WithCreateIfMissing("f", "g")); err != nil {
					t.Fatal(err)
				}
			}
			tables, clusters := 0, 0
			for _, e := range w.Ledger() {
				switch e.Kind {
				case "table":
					tables++
				case "cluster":
					clusters++
				}
			}
			if tables != 1 || clusters != 1 {
				t.Errorf("got %d tables and %d clusters, want one each", tables, clusters)
			}
			w.requireRows(t, 10)
			w.RequireEncrypted(t, w.key)
		})
	}
}

func TestCreateIfMissingThatIsForbidden(t *testing.T) {
	w := newWorld(t)
	w.CreateBigtableInstance(instanceName, "us-central1-b", w.key)
	w.Inject(emulator.Fault{Method: "bigtableadmin.tables.create", Code: codes.PermissionDenied, Optional: true})
	requireCode(t, w.write(t, 10, bigtableio.WithCreateIfMissing("f")), cmekpipe.PermissionDenied)
}

func TestCreateIfMissingNeedsNoPermissionForATableThatIsThere(t *testing.T) {
	w := withTable(t)
	w.Inject(emulator.Fault{Method: "bigtableadmin.tables.create", Code: codes.PermissionDenied, Optional: true})
	if err := w.write(t, 10, bigtableio.WithCreateIfMissing("f")); err != nil {
		t.Fatal(err)
	}
	w.requireRows(t, 10)
}
