package conformance

import (
	"context"
	"fmt"
	"net/http"
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/testing/passert"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/conformance/retryrunner"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/shortpause"
)

// Source describes one way of reading that stores temporary data.
type Source struct {
	// Name is the call: "bigqueryio.Query".
	Name string
	// KeyLocation is the location of the suite's keys: "us-central1".
	KeyLocation string
	// Fill stores rows in a new cloud, encrypted with key.
	Fill func(t testing.TB, cloud *cmektest.Cloud, key cmekpipe.KeyName, rows []Row)
	// Read adds the connector, which reads all rows, to a pipeline and returns a PCollection<Row>.
	Read func(s beam.Scope, key cmekpipe.KeyName) beam.PCollection
	// Calls are the calls that the connector makes, as patterns of emulator.Fault.Method.
	Calls []emulator.Method
}

// RunSource runs the suite against one way of reading. Each case has a cloud of its own. A connector that passes emits each
// row once, whatever fails for a while and however its bundles are repeated; creates only resources that are encrypted with
// the key because the call names it; leaves none of them behind; and fails with the right code if the key can't be used.
func RunSource(t *testing.T, src Source) {
	t.Helper()
	for name, count := range map[string]int64{"good": 100, "no row": 0, "many rows": 5_000} {
		t.Run(name, func(t *testing.T) { readCase{count: count}.play(t, src) })
		t.Run(name+" on a portable runner", func(t *testing.T) { readCase{count: count, portable: true}.play(t, src) })
	}
	for name, fault := range map[string]emulator.Fault{
		"429": {Status: http.StatusTooManyRequests}, "503": {Status: http.StatusServiceUnavailable}, "answer lost": {Reset: true},
		"answer cut": {Truncate: 20},
	} {
		fault.Call = 1
		t.Run("every call "+name+" once", func(t *testing.T) { readCase{count: 20, faults: src.each(fault)}.play(t, src) })
	}
	for _, fault := range src.each(emulator.Fault{Status: http.StatusForbidden}) {
		t.Run(string(fault.Method)+" forbidden", func(t *testing.T) {
			readCase{count: 20, faults: []emulator.Fault{fault}, code: cmekpipe.PermissionDenied}.play(t, src)
		})
	}
	t.Run("key disabled on a portable runner", func(t *testing.T) {
		readCase{count: 20, key: disabled, code: disabled.code(), portable: true}.play(t, src)
	})
	for _, state := range []keyState{disabled, denied, scheduled, destroyed} {
		t.Run("key "+string(state), func(t *testing.T) { readCase{count: 20, key: state, code: state.code()}.play(t, src) })
	}
	for _, bundles := range []int{1, 3, 17} {
		for _, failure := range retryrunner.All() {
			t.Run(fmt.Sprintf("bundle %s, one of %d", failure, bundles), func(t *testing.T) {
				readCase{count: 100, retries: retries{Bundles: bundles, Failure: failure}}.play(t, src)
			})
		}
	}
}

// each returns a fault for each call.
func (src Source) each(f emulator.Fault) []emulator.Fault {
	faults := make([]emulator.Fault, len(src.Calls))
	for i, method := range src.Calls {
		f.Method = method
		faults[i] = f
	}
	return faults
}

// readCase is a case of [RunSource].
type readCase struct {
	count    int64
	faults   []emulator.Fault
	key      keyState
	retries  retries
	portable bool          // runs on a portable runner
	code     cmekpipe.Code // of the run's error; "" if it succeeds
}

func (c readCase) play(t *testing.T, src Source) {
	cloud := cmektest.NewCloud(t)
	w := &world{Cloud: cloud, key: cloud.CreateKey(src.KeyLocation, "records")}
	rows := input{Count: c.count}.rows()
	src.Fill(t, cloud, w.key, rows)
	w.set(c.key)
	for _, f := range c.faults {
		cloud.Inject(f)
	}
	w.prepared = len(cloud.Ledger())

	p, s := beam.NewPipelineWithRoot()
	want := make([]any, len(rows))
	for i, r := range rows {
		want[i] = r
	}
	passert.Equals(s, src.Read(s, w.key), want...)
	ctx, cancel := context.WithTimeout(shortpause.Context(t.Context()), runTimeout)
	defer cancel()
	w.Retries, w.Portable = c.retries, c.portable
	attempts := 1
	if c.code != "" {
		attempts = 0 // none may succeed
	}
	err := w.launch(ctx, t, p, attempts)
	w.requireNoSecret(t, err)
	w.requireKeys(t)
	if c.code != "" {
		requireCode(t, err, c.code)
		return
	}
	if err != nil {
		t.Fatalf("got error %v, want none", err)
	}
	for _, e := range w.since() {
		if e.Deleted.IsZero() {
			t.Errorf("got %s %s left behind, want it removed", e.Kind, e.Name)
		}
	}
}
