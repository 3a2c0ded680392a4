package benchpair_test

import (
	"flag"
	"slices"
	"testing"
	"time"

	"github.com/cmekpipe/cmekpipe-go/internal/testing/benchpair"
)

func TestRunReportsTimesThroughOurs(t *testing.T) {
	rounds(t, "4x")
	var order []string
	result := testing.Benchmark(func(b *testing.B) {
		side := func(name string, d time.Duration) func() {
			return func() { order = append(order, name); time.Sleep(d) }
		}
		benchpair.Run(b, side("ours", time.Millisecond), benchpair.Other{Unit: "x/slow", Run: side("slow", 10*time.Millisecond)})
	})
	if got := result.Extra["x/slow"]; got < 2 || got > 50 {
		t.Errorf("got %v, want about 10", got)
	}
	if want := []string{"ours", "slow", "slow", "ours"}; !slices.Equal(order[:4], want) {
		t.Errorf("got order %v, want %v at first", order[:4], want)
	}
}

// rounds sets the number of iterations of benchmarks, which otherwise run for a second.
func rounds(t *testing.T, n string) {
	t.Helper()
	benchtime := flag.Lookup("test.benchtime")
	before := benchtime.Value.String()
	if err := benchtime.Value.Set(n); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = benchtime.Value.Set(before) }) // the value was valid before
}
