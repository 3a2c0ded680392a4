package conformance

import (
	"flag"
	"runtime"
	"testing"
	"time"

	"github.com/cmekpipe/cmekpipe-go/internal/testing/conformance/retryrunner"
)

// failedBundles is the number of failed bundles of [RunLeaks]. It is a flag, because 10,000 need minutes.
var failedBundles = flag.Int("conformance.failures", 1000, "failed bundles in the conformance suite's case of leaks")

// mostLeft is the number of goroutines and connections by which a process may differ after 1,000 failed bundles or more: pools
// of connections grow, and a garbage collection may come late.
const mostLeft = 60

// A failed bundle may add to the heap what the loopback cloud stores of it, such as its objects and their lines in the ledger.
// A client that leaked would add hundreds of KiB, and a file's buffers 16 MiB.
const (
	heapPerBundle = 2 << 10
	heapSlack     = 8 << 20
)

// RunLeaks fails if bundles that failed leave goroutines, connections, calls or memory behind. As on a worker, nobody calls Teardown
// after a failed bundle, and its context does not end. It is no part of [Run].
func RunLeaks(t *testing.T, h Harness) {
	t.Helper()
	sc := good()
	sc.Input.Count = 2
	w := newWorld(t, h, sc)
	fail := func(bundles int) usage {
		t.Helper()
		c := retryrunner.Config{Failures: []retryrunner.Failure{retryrunner.Abandoned, retryrunner.Unfinished}, Times: min(bundles, 100)}
		for made := 0; made < bundles; c.Seed++ {
			rest, err := retryrunner.Start(t.Context(), w.pipeline(t, nil), c)
			if err != nil {
				t.Fatal(err)
			}
			rest.Discard()
			made += rest.Attempts()
		}
		return w.usage()
	}
	before := fail(5) // opens what the process shares
	after := before
	for range 2 { // a second time if a garbage collection has not found everything yet
		after = fail(*failedBundles)
		t.Logf("%+v after %d failed bundles, %+v before", after, *failedBundles, before)
		if after.within(before, *failedBundles) {
			return
		}
	}
	t.Errorf("got %+v after %d failed bundles, %+v before, want at most %d more of each and no open call",
		after, *failedBundles, before, mostLeft)
}

// usage is what a process holds.
type usage struct {
	Goroutines, Connections, Calls int
	Heap                           uint64 // bytes in use
}

// within reports whether so many failed bundles left no more than they may.
func (u usage) within(before usage, bundles int) bool {
	return u.Goroutines <= before.Goroutines+mostLeft && u.Connections <= before.Connections+mostLeft &&
		u.Calls <= before.Calls && u.Heap <= before.Heap+heapSlack+uint64(bundles)*heapPerBundle
}

// usage returns what the process holds when its number of goroutines falls no more. Cleanups run after a collection.
func (w *world) usage() usage {
	var u usage
	for fallen := true; fallen; {
		runtime.GC()
		time.Sleep(20 * time.Millisecond) // for goroutines that end
		n := runtime.NumGoroutine()
		fallen = u.Goroutines == 0 || n < u.Goroutines
		u.Goroutines = n
		u.Heap = heap()
		u.Calls, u.Connections = w.Open()
	}
	return u
}

// heap returns the bytes of the heap's spans that are in use.
func heap() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapInuse
}
