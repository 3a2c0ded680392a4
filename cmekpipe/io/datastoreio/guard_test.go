package datastoreio_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/datastoreio"
	"github.com/cmekpipe/cmekpipe-go/internal/destination"
)

func TestEveryDoFnSaysWhatItStores(t *testing.T) {
	key, err := cmekpipe.ParseKeyName(keyName)
	if err != nil {
		t.Fatal(err)
	}
	db := key.MustDatastoreDatabase(anyLedger)
	p, s := beam.NewPipelineWithRoot()
	datastoreio.Write(s, db, made(s, 1))
	datastoreio.Write(s, db, datastoreio.Read(s, anyLedger, "Entry", 2, reflect.TypeFor[keyed](), keyedKey()))
	datastoreio.Delete(s, db, beam.Create(s, "k"))
	edges, _, err := p.Build()
	if err != nil {
		t.Fatal(err)
	}
	marked, helpers := map[string]bool{}, map[string]bool{}
	for _, e := range edges {
		if e.DoFn == nil || e.DoFn.Recv == nil || !strings.Contains(e.DoFn.Name(), "cmekpipe") {
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
	if !marked["ensureFn"] || !marked["putFn"] || !marked["putKeyedFn"] || !marked["deleteFn"] || len(helpers) != 2 {
		t.Errorf("got sinks %v and helpers %v, want four sinks and two helpers", marked, helpers)
	}
}
