package conformance

import (
	"net/http"
	"net/http/httptest"
	"reflect"
	"sync"
	"testing"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
)

// untilDestroyed is longer than the delay before Cloud KMS destroys a scheduled version.
const untilDestroyed = 31 * 24 * time.Hour

// world is a cloud in the state of a scene.
type world struct {
	*cmektest.Cloud
	scene
	harness     Harness
	sink        Sink
	key, other  cmekpipe.KeyName
	prepared    int    // entries of the ledger before the run
	removeFault func() // removes the fault
}

// newWorld sets a scene in a new cloud. Nothing else changes the cloud.
func newWorld(t testing.TB, h Harness, sc scene) *world {
	t.Helper()
	cloud := cmektest.NewCloud(t)
	w := newWorldIn(t, cloud, h, h.New(t, cloud), sc, "records")
	w.begin()
	return w
}

// newWorldIn prepares a destination with a key of its own in a cloud that may have others.
func newWorldIn(t testing.TB, cloud *cmektest.Cloud, h Harness, sink Sink, sc scene, keyID string) *world {
	t.Helper()
	w := &world{Cloud: cloud, scene: sc, harness: h, sink: sink,
		key: cloud.CreateKey(h.KeyLocation, keyID), other: cloud.CreateKey(h.KeyLocation, keyID+"-other")}
	w.sink.Prepare(t, sc.Name, w.key)
	switch sc.Occupied {
	case anotherKey:
		w.sink.Occupy(t, sc.Name, w.other)
	case noKey:
		w.sink.Occupy(t, sc.Name, cmekpipe.KeyName{})
	}
	return w
}

// begin applies the changes of the scene before the run.
func (w *world) begin() {
	w.set(w.Before)
	if !reflect.ValueOf(w.Fault).IsZero() {
		w.removeFault = w.Inject(w.Fault)
	}
	w.prepared = len(w.Ledger())
}

// set sets the state of an enabled key.
func (w *world) set(state keyState) {
	switch state {
	case disabled:
		w.DisableKey(w.key)
	case denied:
		w.DenyKey(w.key)
	case scheduled:
		w.DestroyKey(w.key)
	case destroyed:
		w.DestroyKey(w.key)
		w.Advance(untilDestroyed)
	}
}

// repair removes the fault and makes the key usable again, so that data encrypted with it can be read. It returns false
// for a destroyed key.
func (w *world) repair() bool {
	if w.removeFault != nil {
		w.removeFault()
	}
	if w.Before == destroyed || w.Later == destroyed {
		return false
	}
	w.EnableKey(w.key)
	w.GrantKey(w.key)
	return true
}

// pipeline builds the scene's pipeline. After half of the rows it calls half, unless that is nil.
func (w *world) pipeline(t testing.TB, half func(*http.Request)) *beam.Pipeline {
	t.Helper()
	p, s := beam.NewPipelineWithRoot()
	w.add(t, s, half)
	return p
}

// add adds the scene's rows and their connector to a pipeline.
func (w *world) add(t testing.TB, s beam.Scope, half func(*http.Request)) {
	t.Helper()
	rows := source(s, w.Input)
	if half != nil {
		rows = beam.ParDo(s, &tapFn{URL: tap(t, half), ID: w.Input.Count / 2}, rows)
	}
	w.sink.Write(s, w.Name, w.key, rows)
}

// tap starts a server that calls do on its first request.
func tap(t testing.TB, do func(*http.Request)) (url string) {
	var once sync.Once
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { once.Do(func() { do(r) }) }))
	t.Cleanup(server.Close)
	return server.URL
}

// since returns the entries of the ledger since the world was prepared.
func (w *world) since() []emulator.Entry { return w.Ledger()[w.prepared:] }
