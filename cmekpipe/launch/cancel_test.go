package launch_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/launch"
)

// A context that ends in a step is reported as itself, and no job is left that is not proven.
func TestTheContextEndsInEachStep(t *testing.T) {
	for _, tc := range []struct {
		step, variable string
		hit            func(r *http.Request) bool
		first          bool // the service receives the call before the context ends
		objects        int  // at the most
		job            string
	}{
		{"bucket", storageHost, request("GET", "/b/bank-work"), false, 0, ""},
		{"look for worker", storageHost, request("GET", "/worker"), false, 0, ""},
		{"upload of worker", storageHost, request("POST", "/o"), false, 0, ""},
		{"upload of worker, taken", storageHost, request("POST", "/o"), true, 1, ""},
		{"look for model", storageHost, request("GET", "/model"), false, 1, ""},
		{"submit", dataflowHost, request("POST", "/jobs"), false, 3, ""},
		{"submit, taken", dataflowHost, request("POST", "/jobs"), true, 2, "JOB_STATE_CANCELLED"},
		{"read back", dataflowHost, view("JOB_VIEW_ALL"), false, 2, "JOB_STATE_CANCELLED"},
		{"read back, answered", dataflowHost, view("JOB_VIEW_ALL"), true, 2, "JOB_STATE_CANCELLED"},
		{"wait", dataflowHost, view("JOB_VIEW_SUMMARY"), false, 5, "JOB_STATE_RUNNING"},
	} {
		t.Run(tc.step, func(t *testing.T) {
			w := newWorld(t)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			hits := 0
			intercept(t, tc.variable, func(rw http.ResponseWriter, r *http.Request, service http.Handler) {
				if ctx.Err() != nil || !tc.hit(r) {
					service.ServeHTTP(rw, r)
					return
				}
				hits++
				if tc.first {
					service.ServeHTTP(discard{}, r)
				}
				_, _ = io.Copy(io.Discard, r.Body) // or else the server doesn't see that the client hangs up
				cancel()
				<-r.Context().Done()
			})
			_, err := launch.Run(ctx, w.options(nil), streaming(), launch.WithHaste(), launch.WithProgress(w.said))
			if err != context.Canceled || hits == 0 {
				t.Fatalf("got error %v after %d hits, want %v itself after one", err, hits, context.Canceled)
			}
			if got := w.entries("object"); len(got) > tc.objects {
				t.Errorf("got objects %v, want at most %d", got, tc.objects)
			}
			jobs := w.jobs()
			switch {
			case tc.job == "" && len(jobs) != 0:
				t.Errorf("got jobs %v, want none", jobs)
			case tc.job != "" && (len(jobs) != 1 || w.settled() != tc.job):
				t.Errorf("got jobs %v, want one in %s", jobs, tc.job)
			}
		})
	}
}

func request(method, end string) func(*http.Request) bool {
	return func(r *http.Request) bool { return r.Method == method && strings.HasSuffix(r.URL.Path, end) }
}

func view(name string) func(*http.Request) bool {
	return func(r *http.Request) bool { return r.URL.Query().Get("view") == name }
}

func TestADeadlineIsReportedAsItself(t *testing.T) {
	w := newWorld(t)
	ctx, cancel := context.WithTimeout(t.Context(), 0)
	defer cancel()
	if _, err := launch.Run(ctx, w.options(nil), harmless()); err != context.DeadlineExceeded {
		t.Errorf("got error %v, want %v itself", err, context.DeadlineExceeded)
	}
	if got := cmekpipe.CodeOf(ctx.Err()); got != "" {
		t.Errorf("got code %q for a context's error", got)
	}
	requireNothing(t, w)
}
