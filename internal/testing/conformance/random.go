package conformance

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/conformance/retryrunner"
)

// RunRandom runs one pipeline with one to four sinks of the harnesses, each with a key, a number of rows and, if it is
// [Isolator], containers of its own, while keys change their state, destinations are occupied and calls fail. One pipeline
// in four runs on Prism, the others on package retryrunner. The seed determines all of it.
//
// Afterwards each resource must be encrypted with the key of its own sink, because the call requested it. A run without
// a fatal event must succeed and have every row. Any other run must fail with an error that one of the scenes explains,
// and show all rows of a sink or none.
func RunRandom(t *testing.T, seed uint64, harnesses []Harness) {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 0))
	cloud, sinks := cmektest.NewCloud(t), map[string]Sink{}
	retries, portable := randomRetries(rng)
	var worlds []*world
	for i := range 1 + rng.IntN(4) {
		h := harnesses[rng.IntN(len(harnesses))]
		sc := randomScene(rng, h, i)
		sc.Retries, sc.Portable = retries, portable
		worlds = append(worlds, newWorldIn(t, cloud, h, randomSink(t, cloud, h, sinks, sc.Name), sc, fmt.Sprint("key", i)))
	}
	for _, w := range worlds {
		w.begin()
	}
	ctx, cancel := context.WithTimeout(t.Context(), runTimeout)
	defer cancel()
	p, s := beam.NewPipelineWithRoot()
	for _, w := range worlds {
		w.add(t, s, w.half(cancel))
	}
	outcome{worlds, worlds[0].launch(ctx, t, p, 0)}.judge(t)
	if t.Failed() {
		for _, w := range worlds {
			t.Logf("%s: %+v", w.harness.Name, w.scene)
		}
	}
}

// randomSink returns a sink that shares as few containers with others as possible.
func randomSink(t *testing.T, cloud *cmektest.Cloud, h Harness, sinks map[string]Sink, name string) Sink {
	if sinks[h.Name] == nil {
		sinks[h.Name] = h.New(t, cloud)
	}
	if a, ok := sinks[h.Name].(Isolator); ok {
		return a.Isolate(name)
	}
	return sinks[h.Name]
}

// randomRetries returns no retries for a run on a portable runner.
func randomRetries(rng *rand.Rand) (_ retries, portable bool) {
	r := retries{
		Bundles: []int{1, 3, 17}[rng.IntN(3)],
		Failure: append(retryrunner.All(), 0)[rng.IntN(len(retryrunner.All())+1)],
		Seed:    rng.Uint64(),
		Unfused: rng.IntN(4) == 0,
	}
	if rng.IntN(4) == 0 {
		return retries{}, true
	}
	return r, false
}

func randomScene(rng *rand.Rand, h Harness, i int) scene {
	sc := scene{Name: fmt.Sprint("sink", i), Input: input{Count: rng.Int64N(300)}}
	if rng.IntN(4) == 0 {
		sc.Input.Count = rng.Int64N(3)
	}
	states := []keyState{disabled, denied, scheduled}
	method := h.Writes[rng.IntN(len(h.Writes))]
	calls := slices.Concat(h.Writes, h.Sometimes)
	transient := []emulator.Fault{
		{Status: http.StatusTooManyRequests}, {Status: http.StatusServiceUnavailable}, {Reset: true}, {Truncate: 20},
	}
	switch rng.IntN(12) {
	case 0:
		sc.Before = states[rng.IntN(len(states))]
	case 1:
		sc.Later = states[rng.IntN(len(states))]
	case 2:
		sc.Fault = emulator.Fault{Method: method, Status: http.StatusForbidden, Optional: true} // another sink may fail first
	case 3:
		if h.Overwrites == "" {
			sc.Occupied = []occupant{anotherKey, noKey}[rng.IntN(2)]
		}
	case 4, 5, 6, 7, 8:
		sc.Fault = transient[rng.IntN(len(transient))]
		sc.Fault.Optional = true // a sink that calls twice may not call three times
		sc.Fault.Method, sc.Fault.Call = calls[rng.IntN(len(calls))], 1+rng.IntN(3)
	}
	return sc
}
