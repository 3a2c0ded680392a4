package textio_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/graph/window"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/textio"
	"github.com/cmekpipe/cmekpipe-go/internal/destination"
)

func TestEveryDoFnSaysWhatItStores(t *testing.T) {
	key, err := cmekpipe.ParseKeyName(keyName)
	if err != nil {
		t.Fatal(err)
	}
	o := key.MustObject("gs://bank-records/out")
	p, s := beam.NewPipelineWithRoot()
	lines := beam.Create(s, "a")
	textio.Write(s, o, lines)
	textio.WriteSharded(s, o, lines)
	textio.WriteSharded(s, o, lines, textio.WithNumShards(2))
	ts := beam.WindowInto(s, window.NewFixedWindows(time.Minute), lines)
	textio.WriteSharded(s, o, ts, textio.WithNumShards(2))
	edges, _, err := p.Build()
	if err != nil {
		t.Fatal(err)
	}
	marked := map[string]int{}
	for _, e := range edges {
		if e.DoFn == nil || !strings.HasPrefix(e.Scope().Label, "textio.Write") {
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
		if ok && (d.Name != o.String() || d.Key != key) {
			t.Errorf("%s: got %+v, want %v under %v", name, d, o, key)
		}
		if ok {
			marked[reflect.TypeOf(e.DoFn.Recv).Elem().Name()]++
		}
		if whole := destination.NeedsWholeInput(e.DoFn.Recv); ok && whole == strings.Contains(strings.ToLower(name), "pane") {
			t.Errorf("%s: got whole input %v", name, whole)
		}
	}
	for name, want := range map[string]int{"witnessFn": 1, "bundleFn": 1, "numberedFn": 2, "paneFn": 1, "Publish": 3, "PublishPane": 1, "DeletePane": 1} {
		if marked[name] != want {
			t.Errorf("got %d marked %s, want %d", marked[name], name, want)
		}
	}
}
