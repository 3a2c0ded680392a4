package retry_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/cmekpipe/cmekpipe-go/internal/retry"
)

func TestQuestionsComeFurtherAndFurtherApart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start, p := time.Now(), retry.Default()
		var at []time.Duration
		for n := range 6 {
			if err := p.Wait(t.Context(), n); err != nil {
				t.Fatal(err)
			}
			at = append(at, time.Since(start))
		}
		want := []time.Duration{1, 3, 7, 15, 30, 45}
		for i := range want {
			if at[i] != want[i]*time.Second {
				t.Errorf("question %d after %v, want %v s", i, at[i], int(want[i]))
			}
		}
	})
}
