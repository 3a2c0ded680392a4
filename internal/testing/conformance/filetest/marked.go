package filetest

import (
	"maps"
	"reflect"
	"strings"
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/destination"
)

// RequireMarked fails unless, in the scopes of a connector, each DoFn of a pipeline is either a helper or a sink for o
// with its key, and the sinks are those of want, counted by the names of their types. All but those of
// panes must require whole input.
func RequireMarked(t *testing.T, o cmekpipe.Object, scope string, build func(beam.Scope), want map[string]int) {
	t.Helper()
	p, s := beam.NewPipelineWithRoot()
	build(s)
	edges, _, err := p.Build()
	if err != nil {
		t.Fatal(err)
	}
	marked := map[string]int{}
	for _, e := range edges {
		if e.DoFn == nil || !strings.HasPrefix(e.Scope().Label, scope) {
			continue
		}
		name := e.DoFn.Name()
		if e.DoFn.Recv == nil {
			if !strings.HasSuffix(name, "beam.addFixedKeyFn") {
				t.Errorf("%s is a function, which guard can't trust", name)
			}
			continue
		}
		d, ok := destination.Of(e.DoFn.Recv)
		if destination.IsHelper(e.DoFn.Recv) == ok {
			t.Errorf("%s is both or neither of a sink and a helper", name)
		}
		if !ok {
			continue
		}
		if d.Name != o.String() || d.Key != o.Key() {
			t.Errorf("%s: got %+v, want %v with %v", name, d, o, o.Key())
		}
		if whole := destination.NeedsWholeInput(e.DoFn.Recv); whole == strings.Contains(strings.ToLower(name), "pane") {
			t.Errorf("%s: got whole input %v", name, whole)
		}
		marked[reflect.TypeOf(e.DoFn.Recv).Elem().Name()]++
	}
	if !maps.Equal(marked, want) {
		t.Errorf("got marked DoFns %v, want %v", marked, want)
	}
}
