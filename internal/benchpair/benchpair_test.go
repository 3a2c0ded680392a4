package benchpair_test

import (
	"slices"
	"testing"
	"time"

	"github.com/cmekpipe/cmekpipe-go/internal/benchpair"
)

func TestRunReportsTimesThroughOurs(t *testing.T) {
	var order []string
	result := testing.Benchmark(func(b *testing.B) {
		side := func(name string, d time.Duration) func() {
			return func() { order = append(order, name); time.Sleep(d) }
		}
		benchpair.Run(b, side("ours", 10*time.Millisecond), benchpair.Other{Unit: "x/slow", Run: side("slow", 100*time.Millisecond)})
	})
	if got := result.Extra["x/slow"]; got < 2 || got > 50 {
		t.Errorf("got %v, want about 10", got)
	}
	if want := []string{"ours", "slow", "slow", "ours"}; !slices.Equal(order[:4], want) {
		t.Errorf("got order %v, want %v at first", order[:4], want)
	}
}
