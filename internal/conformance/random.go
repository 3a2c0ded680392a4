package conformance

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
)

// RunRandom runs one pipeline on Prism with one to four sinks of the harnesses, each with a key and a number of rows of
// its own, while keys change their state and calls fail. All of it follows from the seed. Afterwards nothing may rest
// outside of a key; a run that succeeded has every row, and one that failed has a typed error and shows all rows of a
// sink or none.
func RunRandom(t *testing.T, seed uint64, harnesses []Harness) {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 0))
	cloud, sinks := cmektest.NewCloud(t), map[string]Sink{}
	var worlds []*world
	for i := range 1 + rng.IntN(4) {
		h := harnesses[rng.IntN(len(harnesses))]
		if sinks[h.Name] == nil {
			sinks[h.Name] = h.New(t, cloud)
		}
		worlds = append(worlds, newWorldIn(t, cloud, h, sinks[h.Name], randomScene(rng, h, i), fmt.Sprint("key", i)))
	}
	for _, w := range worlds {
		w.begin()
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	p, s := beam.NewPipelineWithRoot()
	for _, w := range worlds {
		w.add(t, s, w.half(cancel))
	}
	err := worlds[0].launch(ctx, t, p)
	judgeRandom(t, worlds, err)
}

func randomScene(rng *rand.Rand, h Harness, i int) scene {
	sc := scene{Name: fmt.Sprint("sink", i), Input: input{Count: rng.Int64N(300)}}
	states := []keyState{disabled, denied, scheduled}
	method := h.Writes[rng.IntN(len(h.Writes))]
	transient := []emulator.Fault{
		{Status: http.StatusTooManyRequests}, {Status: http.StatusServiceUnavailable}, {Reset: true}, {Truncate: 20},
	}
	switch rng.IntN(8) {
	case 0:
		sc.Before = states[rng.IntN(len(states))]
	case 1:
		sc.Later = states[rng.IntN(len(states))]
	case 2:
		sc.Fault = emulator.Fault{Method: method, Status: http.StatusForbidden}
	case 3, 4, 5:
		sc.Fault = transient[rng.IntN(len(transient))]
		sc.Fault.Method, sc.Fault.Call = method, 1+rng.IntN(3)
	}
	return sc
}

// judgeRandom looks at all sinks of a pipeline. A sink that no failure reached may be complete although the run failed.
func judgeRandom(t *testing.T, worlds []*world, err error) {
	t.Helper()
	mayFail := false
	keys := make([]cmekpipe.KeyName, 0, len(worlds))
	for _, w := range worlds {
		mayFail = mayFail || w.Before != enabled || w.Later != enabled || w.Fault.Status == http.StatusForbidden
		keys = append(keys, w.key)
		w.repair()
	}
	if err != nil {
		if e, ok := cmekpipe.FindError(err.Error()); !ok || !mayFail || e.Code == cmekpipe.JobFailed || e.Code == cmekpipe.Internal {
			t.Errorf("got error %v, want none or one that the scene explains", err)
		}
	}
	worlds[0].requireNoSecret(t, err)
	if len(worlds[0].Ledger()) > worlds[len(worlds)-1].prepared {
		worlds[0].RequireEncrypted(t, keys...)
	}
	for _, w := range worlds {
		if err == nil {
			w.requireWritten(t)
			continue
		}
		got := w.sink.Rows(t, w.Name)
		d := compare(got, w.Input.rows())
		if d.foreign > 0 || (w.harness.ExactlyOnce && d.doubled > 0) || (w.harness.Partial == "" && d.lost > 0 && len(got) > 0) {
			t.Errorf("%s: after a failure got %d rows of %d: %d doubled, %d never sent", w.Name, len(got), w.Input.Count, d.doubled, d.foreign)
		}
	}
}
