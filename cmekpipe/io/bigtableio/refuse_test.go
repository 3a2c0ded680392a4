package bigtableio_test

import (
	"strings"
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/bigtableio"
)

const keyName = "projects/bank-keys/locations/us-central1/keyRings/dataflow/cryptoKeys/records"

func TestWrongUsePanicsWhenThePipelineIsBuilt(t *testing.T) {
	key, err := cmekpipe.ParseKeyName(keyName)
	if err != nil {
		t.Fatal(err)
	}
	table := key.MustBigtableTable(tableName)
	rows := func(s beam.Scope) beam.PCollection { return beam.Create(s, *bigtableio.NewMutation("r")) }
	opt := func(opts ...bigtableio.WriteOption) func(beam.Scope) {
		return func(s beam.Scope) { bigtableio.Write(s, table, rows(s), opts...) }
	}
	for _, tt := range []struct {
		name     string
		build    func(beam.Scope)
		code     cmekpipe.Code
		resource string
		text     string
	}{
		{"no table", func(s beam.Scope) { bigtableio.Write(s, cmekpipe.BigtableTable{}, rows(s)) }, cmekpipe.KeyMissing, "destination", "zero BigtableTable"},
		{"no rows", func(s beam.Scope) { bigtableio.Write(s, table, beam.PCollection{}) }, cmekpipe.InvalidOptions, tableName, "zero PCollection"},
		{"text", func(s beam.Scope) { bigtableio.Write(s, table, beam.Create(s, "r")) }, cmekpipe.InvalidOptions, tableName, "PCollection of string"},
		{"pairs", func(s beam.Scope) { bigtableio.Write(s, table, beam.AddFixedKey(s, rows(s))) }, cmekpipe.InvalidOptions, tableName, "want one of bigtableio.Mutation"},
		{"nil option", opt(nil), cmekpipe.InvalidOptions, tableName, "nil option"},
		{"zero key", opt(bigtableio.WithAdditionalKeys(cmekpipe.KeyName{})), cmekpipe.KeyMissing, tableName, "zero key"},
		{"own key again", opt(bigtableio.WithAdditionalKeys(key)), cmekpipe.InvalidOptions, tableName, keyName + " twice"},
		{"no family", opt(bigtableio.WithCreateIfMissing()), cmekpipe.InvalidOptions, tableName, "without a column family"},
		{"empty family", opt(bigtableio.WithCreateIfMissing("")), cmekpipe.InvalidOptions, tableName, `family ""`},
		{"bad family", opt(bigtableio.WithCreateIfMissing("a:b")), cmekpipe.InvalidOptions, tableName, `family "a:b"`},
		{"family twice", opt(bigtableio.WithCreateIfMissing("f", "f")), cmekpipe.InvalidOptions, tableName, `family "f" twice`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			defer func() {
				e, ok := recover().(*cmekpipe.Error)
				if !ok || e.Code != tt.code || e.Op != "bigtableio.Write" || e.Resource != tt.resource || e.Hint == "" ||
					!strings.Contains(e.Error(), tt.text) {
					t.Errorf("got %v, want code %v about %s with %q", e, tt.code, tt.resource, tt.text)
				}
			}()
			_, s := beam.NewPipelineWithRoot()
			tt.build(s)
			t.Error("got no panic")
		})
	}
}
