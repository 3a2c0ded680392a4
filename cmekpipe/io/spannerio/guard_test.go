package spannerio_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/spannerio"
	"github.com/cmekpipe/cmekpipe-go/internal/destination"
)

func TestEveryDoFnSaysWhatItStores(t *testing.T) {
	key, err := cmekpipe.ParseKeyName(keyName)
	if err != nil {
		t.Fatal(err)
	}
	db := key.MustSpannerDatabase("projects/bank-prod/instances/main/databases/ledger")
	p, s := beam.NewPipelineWithRoot()
	spannerio.Write(s, db, "Entries", spannerio.Read(s, db.String(), "Entries", reflect.TypeFor[entry]()))
	spannerio.Query(s, db.String(), "SELECT 1", reflect.TypeFor[entry](), spannerio.WithBatching(false))
	edges, _, err := p.Build()
	if err != nil {
		t.Fatal(err)
	}
	marked, helpers := map[string]bool{}, map[string]bool{}
	for _, e := range edges {
		if e.DoFn == nil || !strings.Contains(e.DoFn.Name(), "cmekpipe") {
			continue
		}
		name := reflect.TypeOf(e.DoFn.Recv).Elem().Name()
		d, ok := destination.Of(e.DoFn.Recv)
		if destination.IsHelper(e.DoFn.Recv) == ok {
			t.Errorf("%s is both or neither of a sink and a helper", name)
		}
		if ok && (d.Name != db.String() || d.Key != key) {
			t.Errorf("%s: got %+v, want %v under %v", name, d, db, key)
		}
		if !ok {
			helpers[name] = true
			continue
		}
		marked[name] = true
	}
	if !marked["commitFn"] || !marked["verifyFn"] || len(marked) != 2 || len(helpers) != 3 {
		t.Errorf("got sinks %v and helpers %v, want commitFn and verifyFn, and three helpers", marked, helpers)
	}
}
