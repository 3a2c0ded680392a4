package launch_test

import (
	"context"
	"net/http"
	"sync/atomic"
	"testing"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/launch"
)

func TestAnUnavailableServiceIsAskedEightTimes(t *testing.T) {
	w := newWorld(t)
	result, err := w.run(nil)
	if err != nil {
		t.Fatal(err)
	}
	var calls atomic.Int32
	w.Intercept(func(_ context.Context, method emulator.Method, _ string, _ func(string) string) error {
		if method == emulator.DataflowJobsGet {
			calls.Add(1)
		}
		return nil
	})
	w.Inject(emulator.Fault{Method: emulator.DataflowJobsGet, Status: http.StatusServiceUnavailable})
	err = launch.Watch(t.Context(), result.Job, launch.WithProgress(nil)) // without haste, at the pace of the loopback cloud
	requireError(t, err, cmekpipe.Unavailable, result.Job.String())
	if got := calls.Load(); got != 8 {
		t.Errorf("got %d calls, want 8", got)
	}
}
