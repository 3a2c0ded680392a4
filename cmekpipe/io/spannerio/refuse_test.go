package spannerio_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"cloud.google.com/go/spanner"
	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/spannerio"
)

const keyName = "projects/bank-keys/locations/us-central1/keyRings/prod/cryptoKeys/records"

type twice struct {
	A int64 `spanner:"x"`
	B int64 `spanner:"x"`
}

type hidden struct {
	ID int64 `spanner:"-"`
} //nolint:unused // its column is what is missing

func TestWrongUseIsRefusedWhenThePipelineIsBuilt(t *testing.T) {
	key, err := cmekpipe.ParseKeyName(keyName)
	if err != nil {
		t.Fatal(err)
	}
	db := key.MustSpannerDatabase("projects/bank-prod/instances/main/databases/ledger")
	rows := func(s beam.Scope) beam.PCollection { return beam.Create(s, entry{}) }
	write := func(db cmekpipe.SpannerDatabase, table string, col func(beam.Scope) beam.PCollection, opts ...spannerio.WriteOption) func(beam.Scope) {
		return func(s beam.Scope) { spannerio.Write(s, db, table, col(s), opts...) }
	}
	query := func(q string, typ reflect.Type, opts ...spannerio.QueryOption) func(beam.Scope) {
		return func(s beam.Scope) { spannerio.Query(s, db.String(), q, typ, opts...) }
	}
	row := reflect.TypeFor[entry]()
	for _, tt := range []struct {
		name  string
		build func(beam.Scope)
		code  cmekpipe.Code
		about string
		hint  string
	}{
		{"zero database", write(cmekpipe.SpannerDatabase{}, "T", rows), cmekpipe.KeyMissing, "destination", "key.SpannerDatabase"},
		{"no table", write(db, "", rows), cmekpipe.InvalidName, "", "letters"},
		{"bad table", write(db, "a b", rows), cmekpipe.InvalidName, "a b", "letters"},
		{"zero collection", write(db, "T", func(beam.Scope) beam.PCollection { return beam.PCollection{} }), cmekpipe.InvalidOptions, db.String(), "transform"},
		{"ints", write(db, "T", func(s beam.Scope) beam.PCollection { return beam.Create(s, 1) }), cmekpipe.InvalidOptions, db.String(), "struct"},
		{"pairs", write(db, "T", func(s beam.Scope) beam.PCollection { return beam.AddFixedKey(s, rows(s)) }), cmekpipe.InvalidOptions, db.String(), "struct"},
		{"no column", write(db, "T", func(s beam.Scope) beam.PCollection { return beam.Create(s, hidden{}) }), cmekpipe.InvalidOptions, db.String(), "export"},
		{"column twice", write(db, "T", func(s beam.Scope) beam.PCollection { return beam.Create(s, twice{}) }), cmekpipe.InvalidOptions, db.String(), "tags"},
		{"no rows", write(db, "T", rows, spannerio.UseBatchSize(0)), cmekpipe.InvalidOptions, db.String(), "1 to 80000"},
		{"too many rows", write(db, "T", rows, spannerio.UseBatchSize(80_001)), cmekpipe.InvalidOptions, db.String(), "1 to 80000"},
		{"zero additional key", write(db, "T", rows, spannerio.WithAdditionalKeys(cmekpipe.KeyName{})), cmekpipe.KeyMissing, db.String(), "ParseKeyName"},
		{"key twice", write(db, "T", rows, spannerio.WithAdditionalKeys(key)), cmekpipe.InvalidOptions, db.String(), "once"},
		{"Read, no database", func(s beam.Scope) { spannerio.Read(s, "", "T", row) }, cmekpipe.InvalidOptions, "", "name"},
		{"Read, no table", func(s beam.Scope) { spannerio.Read(s, db.String(), "", row) }, cmekpipe.InvalidOptions, db.String(), "name"},
		{"Query, no struct", query("SELECT 1", reflect.TypeFor[int]()), cmekpipe.InvalidOptions, db.String(), "field"},
		{"Query, no type", query("SELECT 1", nil), cmekpipe.InvalidOptions, db.String(), "field"},
		{"Query, no partition", query("SELECT 1", row, spannerio.WithMaxPartitions(0)), cmekpipe.InvalidOptions, db.String(), "1 or more"},
		{"Query, no moment", query("SELECT 1", row, spannerio.WithTimestampBound(spanner.MaxStaleness(time.Second))), cmekpipe.Unsupported, db.String(), "ExactStaleness"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := refusal(t, tt.build)
			if e.Code != tt.code || e.Resource != tt.about || !strings.Contains(e.Hint, tt.hint) || e.Err == nil || !strings.HasPrefix(e.Op, "spannerio.") {
				t.Errorf("got %v about %q, want code %v about %q and hint %q", e, e.Resource, tt.code, tt.about, tt.hint)
			}
		})
	}
}

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
