package spannerio_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"cloud.google.com/go/spanner"
	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/testing/passert"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/spannerio"
)

func TestReadAndQueryFindEveryRow(t *testing.T) {
	w := withDatabase(t)
	if err := run(t, func(s beam.Scope) { spannerio.Write(s, w.db, "Entries", made(s, 100)) }); err != nil {
		t.Fatal(err)
	}
	typ := reflect.TypeFor[entry]()
	const some = "SELECT ID, Note FROM Entries WHERE ID >= 10 AND ID < 60"
	for _, tt := range []struct {
		name string
		read func(beam.Scope) beam.PCollection
		want int
	}{
		{"Read", func(s beam.Scope) beam.PCollection { return spannerio.Read(s, ledger, "Entries", typ) }, 100},
		{"Query", func(s beam.Scope) beam.PCollection { return spannerio.Query(s, ledger, some, typ) }, 50},
		{"Query whole", func(s beam.Scope) beam.PCollection {
			return spannerio.Query(s, ledger, some, typ, spannerio.WithBatching(false))
		}, 50},
		{"Query in one partition", func(s beam.Scope) beam.PCollection {
			return spannerio.Query(s, ledger, some, typ, spannerio.WithMaxPartitions(1))
		}, 50},
		{"Query with a bound", func(s beam.Scope) beam.PCollection {
			return spannerio.Query(s, ledger, some, typ, spannerio.WithTimestampBound(spanner.ExactStaleness(time.Second)))
		}, 50},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if err := run(t, func(s beam.Scope) { passert.Count(s, tt.read(s), "rows", tt.want) }); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestReadErrorsAreTyped(t *testing.T) {
	w := withDatabase(t)
	if err := run(t, func(s beam.Scope) { spannerio.Write(s, w.db, "Entries", made(s, 1)) }); err != nil {
		t.Fatal(err)
	}
	read := func(q string, typ reflect.Type, opts ...spannerio.QueryOption) error {
		return run(t, func(s beam.Scope) { spannerio.Query(s, ledger, q, typ, opts...) })
	}
	type wrong struct{ ID, Note int64 }
	const all = "SELECT ID, Note FROM Entries"
	for _, opts := range [][]spannerio.QueryOption{nil, {spannerio.WithBatching(false)}} {
		requireCode(t, read("SELECT ID FROM Missing WHERE Note = 'secret'", reflect.TypeFor[entry](), opts...), cmekpipe.InvalidOptions)
		if e := requireCode(t, read(all, reflect.TypeFor[wrong](), opts...), cmekpipe.InvalidOptions); strings.Contains(e.Error(), "note") {
			t.Errorf("got %v, want no value", e)
		}
	}
	w.DisableKey(w.key)
	requireCode(t, read(all, reflect.TypeFor[entry]()), cmekpipe.KeyDisabled)
}
