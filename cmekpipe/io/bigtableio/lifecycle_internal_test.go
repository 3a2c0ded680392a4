package bigtableio

import (
	"errors"
	"testing"
	"time"

	"cloud.google.com/go/bigtable"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
)

// These tests run a bundle by hand, so that the key can go after the look at it and before the rows.

func TestKeyThatGoesBetweenTheLookAndTheRowsIsNamed(t *testing.T) {
	const name = "projects/" + cmektest.Project + "/instances/ledger/tables/entries"
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
			cloud := cmektest.NewCloud(t)
			key := cloud.Key("us-central1", "records")
			cloud.BigtableInstance("projects/"+cmektest.Project+"/instances/ledger", "us-central1-b", key)
			cloud.BigtableTable(name, "f")
			f := &applyFn{Lookout: lookout{Op: opWrite, Table: key.MustBigtableTable(name)}, Every: time.Hour}
			if err := f.Setup(t.Context()); err != nil {
				t.Fatal(err)
			}
			defer f.Teardown()
			f.StartBundle(t.Context(), time.Now().UnixNano())
			m := NewMutation("row")
			m.Set("f", "note", bigtable.Timestamp(1_000_000), []byte("note"))
			if err := f.ProcessElement(t.Context(), *m, 0); err != nil {
				t.Fatal(err)
			}
			tt.spoil(cloud, key)
			err := f.FinishBundle(t.Context(), 0)
			e, ok := errors.AsType[*cmekpipe.Error](err)
			if !ok || e.Code != tt.want || e.Resource != name || e.Hint == "" {
				t.Errorf("got %v, want code %v, the table and a hint", err, tt.want)
			}
			for _, entry := range cloud.Ledger() {
				if entry.Kind == "rows" {
					t.Error("got a row written, want none")
				}
			}
		})
	}
}
