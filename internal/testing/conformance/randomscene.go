package conformance

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/conformance/retryrunner"
)

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
func randomRetries(rng *rand.Rand) retries {
	r := retries{
		Bundles: []int{1, 3, 17}[rng.IntN(3)],
		Failure: append(retryrunner.All(), 0)[rng.IntN(len(retryrunner.All())+1)],
		Seed:    rng.Uint64(),
		Unfused: rng.IntN(4) == 0,
		Growing: rng.IntN(4) == 0,
	}
	if rng.IntN(2) == 0 {
		r.Call = 1 + rng.IntN(20)
	}
	if *onPrism > 0 && rng.IntN(*onPrism) == 0 {
		return retries{}
	}
	return r
}

// limitGrowth lets groups grow only where input may be unbounded: a connector that shows all rows of a run at once waits for
// the end of its input, and the groups of bounded input are complete.
func (r *randomRun) limitGrowth() {
	atOnce := func(w *world) bool { return w.harness.Partial == "" }
	if !slices.ContainsFunc(r.worlds, atOnce) {
		return
	}
	for _, w := range r.worlds {
		w.Retries.Growing = false
	}
}

// randomLimits sets quotas that the pipeline exceeds, and returns their names.
func randomLimits(rng *rand.Rand, cloud *cmektest.Cloud) string {
	switch rng.IntN(4) {
	case 0:
		cloud.LimitObjectChanges(1 + rng.IntN(3))
		return "changes of an object"
	case 1:
		cloud.SetBigQueryLimits(emulator.BigQueryLimits{StreamsPerHour: 1 + rng.IntN(5)})
		return "streams"
	case 2:
		cloud.SetBigQueryLimits(emulator.BigQueryLimits{AppendBytes: 20_000, LateAppends: rng.IntN(2) == 0})
		return "appended bytes"
	}
	cloud.LimitFHIROperations(1, time.Duration(1+rng.IntN(10))*time.Minute)
	return "FHIR operations"
}

// randomSecond chooses a second run. After a failed run it has the same rows, as if a user tried again; a destination that
// was refused stays so.
func (r *randomRun) randomSecond(rng *rand.Rand) {
	r.when = []secondWhen{never, after, beforeLate, beside}[rng.IntN(4)]
	r.rows = []secondRows{sameRows, furtherRows}[rng.IntN(2)]
	ends := func(w *world) bool { return w.fatal() != "" || w.Cancelled }
	occupied := func(w *world) bool { return w.Occupied != free }
	replaces := func(w *world) bool { return w.harness.Second == Replaces }
	failing := slices.ContainsFunc(r.worlds, ends)
	if failing {
		r.rows = sameRows
	}
	if r.when == beside && (failing || slices.ContainsFunc(r.worlds, replaces)) {
		r.when = after
	}
	if slices.ContainsFunc(r.worlds, occupied) {
		r.when = never
	}
	if r.when != beside {
		return
	}
	// The calls of two runs that stop attempts can't be distinguished in Datastore.
	for _, w := range r.worlds {
		w.Retries.Failure = retryrunner.WithoutCloud()[w.Retries.Seed%uint64(len(retryrunner.WithoutCloud()))]
	}
}

func randomScene(rng *rand.Rand, h Harness, i int) scene {
	sc := scene{Name: fmt.Sprint("sink", i), Input: input{Count: rng.Int64N(300)}}
	if rng.IntN(4) == 0 {
		sc.Input.Count = rng.Int64N(3)
	}
	states := []keyState{disabled, denied, scheduled}
	method := h.Writes[rng.IntN(len(h.Writes))]
	switch rng.IntN(14) {
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
	case 4:
		sc.Cancelled = rng.IntN(2) == 0
	case 5, 6, 7, 8, 9, 10:
		sc.Fault = randomFault(rng, slices.Concat(h.Writes, h.Sometimes))
	}
	return sc
}

// randomFault returns a fault after which a client should retry, or which it should not notice.
func randomFault(rng *rand.Rand, calls []emulator.Method) emulator.Fault {
	const late = 20 * time.Millisecond
	faults := []emulator.Fault{
		{Status: http.StatusTooManyRequests}, {Status: http.StatusServiceUnavailable}, {Reset: true}, {Truncate: 20},
		{AnswerLatency: late}, {Latency: late, Detached: true}, {Latency: late, Detached: true, Reset: true},
	}
	f := faults[rng.IntN(len(faults))]
	f.Method, f.Call = calls[rng.IntN(len(calls))], 1+rng.IntN(3)
	f.Optional = true // a sink that calls twice may not call three times
	return f
}
