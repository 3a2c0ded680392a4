package core_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
)

const body = "twelve bytes"

// serveHTTP serves one call with a fault and reports whether the handler did its work.
func serveHTTP(t *testing.T, fault core.Fault, work http.HandlerFunc) (status int, answer string, err error, done bool) {
	t.Helper()
	var faults core.Faults
	var worked atomic.Bool
	faults.Add(fault)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		faults.HTTP(w, r, "m", "r", func(w http.ResponseWriter, status int) { w.WriteHeader(status) },
			func(w http.ResponseWriter, r *http.Request) {
				worked.Store(true)
				work(w, r)
			})
	}))
	defer server.Close()
	response, err := http.Post(server.URL, "", nil)
	if err != nil {
		return 0, "", err, worked.Load()
	}
	defer response.Body.Close()
	got, err := io.ReadAll(response.Body)
	return response.StatusCode, string(got), err, worked.Load()
}

func created(w http.ResponseWriter, _ *http.Request) {
	w.WriteHeader(http.StatusCreated)
	io.WriteString(w, body)
}

func TestHTTPFaults(t *testing.T) {
	for name, tt := range map[string]struct {
		fault  core.Fault
		status int
		body   string
		broken bool
		done   bool
	}{
		"none":            {core.Fault{Method: "other"}, 201, body, false, true},
		"latency alone":   {core.Fault{Latency: time.Millisecond}, 201, body, false, true},
		"status":          {core.Fault{Status: 503}, 503, "", false, false},
		"answered late":   {core.Fault{AnswerLatency: time.Millisecond}, 201, body, false, true},
		"detached":        {core.Fault{Detached: true, Latency: time.Millisecond}, 201, body, false, true},
		"status wins":     {core.Fault{Status: 429, Reset: true}, 429, "", false, false},
		"code":            {core.Fault{Code: codes.PermissionDenied}, 403, "", false, false},
		"reset":           {core.Fault{Reset: true}, 0, "", true, true},
		"truncated":       {core.Fault{Truncate: 6}, 201, "twelve", true, true},
		"truncated later": {core.Fault{Truncate: 100}, 201, body, true, true},
	} {
		status, answer, err, done := serveHTTP(t, tt.fault, created)
		if status != tt.status || answer != tt.body || (err != nil) != tt.broken || done != tt.done {
			t.Errorf("%s: got %d %q, error %v, done %v; want %d %q, broken %v, done %v",
				name, status, answer, err, done, tt.status, tt.body, tt.broken, tt.done)
		}
	}
}

func TestTruncationCountsOverSeveralWrites(t *testing.T) {
	_, got, err, _ := serveHTTP(t, core.Fault{Truncate: 5}, func(w http.ResponseWriter, _ *http.Request) {
		for _, part := range []string{"abc", "def", "ghi"} {
			if n, err := io.WriteString(w, part); n != 3 || err != nil {
				t.Errorf("got %d, %v: the handler must believe that it answers", n, err)
			}
		}
	})
	if got != "abcde" || err == nil {
		t.Errorf("got %q, %v, want 5 bytes and a broken connection", got, err)
	}
}

func TestTruncationBreaksTheDeclaredLength(t *testing.T) {
	_, got, err, _ := serveHTTP(t, core.Fault{Truncate: 5}, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "12")
		io.WriteString(w, body)
	})
	if got != "twelv" || !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("got %q, %v, want 5 bytes and an unexpected end", got, err)
	}
}

func TestCancelledCallStopsWaitingAndDoesNothing(t *testing.T) {
	var faults core.Faults
	faults.Add(core.Fault{Latency: time.Hour})
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	request := httptest.NewRequestWithContext(ctx, "GET", "/", strings.NewReader(""))
	faults.HTTP(httptest.NewRecorder(), request, "m", "r", nil, func(http.ResponseWriter, *http.Request) {
		t.Error("got the work done for a client that disconnected")
	})
}

func TestCallsWaitForTheLatency(t *testing.T) {
	for name, fault := range map[string]core.Fault{
		"before": {Latency: time.Minute}, "after": {AnswerLatency: time.Minute},
	} {
		synctest.Test(t, func(t *testing.T) {
			var faults core.Faults
			faults.Add(fault)
			began := time.Now()
			if err := faults.Message(t.Context(), "m", "r"); err != nil || time.Since(began) != time.Minute {
				t.Errorf("%s: got %v after %v, want a minute", name, err, time.Since(began))
			}
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			began = time.Now()
			if err := faults.Message(ctx, "m", "r"); status.Code(err) != codes.DeadlineExceeded || time.Since(began) != time.Second {
				t.Errorf("%s: got %v after %v, want the deadline after a second", name, err, time.Since(began))
			}
			go func() {
				time.Sleep(time.Second)
				faults.Close()
				faults.Close()
			}()
			began = time.Now()
			if err := faults.Message(t.Context(), "m", "r"); status.Code(err) != codes.Unavailable || time.Since(began) != time.Second {
				t.Errorf("%s: got %v after %v, want the end of the cloud after a second", name, err, time.Since(began))
			}
		})
	}
}

// A call over HTTP meets each effect in its place.
func TestHTTPHooksSeeTheCallAtBeginAndEffect(t *testing.T) {
	var steps []string
	step := func(name string) func(string, string) {
		return func(method, resource string) { steps = append(steps, name+" "+method+" "+resource) }
	}
	fault := core.Fault{OnBegin: step("begin"), OnEffect: step("effect"), AnswerLatency: time.Millisecond}
	code, answer, err, _ := serveHTTP(t, fault, func(w http.ResponseWriter, r *http.Request) {
		steps = append(steps, "work")
		created(w, r)
		steps = append(steps, "done")
	})
	if code != http.StatusCreated || answer != body || err != nil {
		t.Errorf("got %d %q, %v, want the whole answer", code, answer, err)
	}
	if diff := cmp.Diff([]string{"begin m r", "work", "done", "effect m r"}, steps); diff != "" {
		t.Errorf("steps (-want +got):\n%s", diff)
	}
}

func TestNoEffectIsReportedForARefusedHTTPCall(t *testing.T) {
	fault := core.Fault{OnEffect: func(string, string) { t.Error("got an effect reported, want none of a call that was refused") }}
	code, _, _, _ := serveHTTP(t, fault, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusConflict) })
	if code != http.StatusConflict {
		t.Errorf("got %d, want 409", code)
	}
}

// The request of a detached call has arrived when its client leaves: the server reads the body to its end.
func TestDetachedHTTPCallTakesEffectWithoutItsClient(t *testing.T) {
	client, leave := context.WithCancel(t.Context())
	var faults core.Faults
	gone, effect := make(chan struct{}), make(chan string, 1)
	faults.Add(core.Fault{Detached: true, OnBegin: func(string, string) {
		leave()
		<-gone
	}, Latency: time.Millisecond})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		context.AfterFunc(r.Context(), func() { close(gone) })
		faults.HTTP(w, r, "m", "r", nil, func(w http.ResponseWriter, r *http.Request) {
			got, err := io.ReadAll(r.Body)
			if err := errors.Join(err, r.Context().Err()); err != nil {
				t.Errorf("work of a detached call: got %v", err)
			}
			effect <- string(got)
			created(w, r)
		})
	}))
	defer server.Close()
	request, err := http.NewRequestWithContext(client, "POST", server.URL, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := http.DefaultClient.Do(request); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want the client to have left", err)
	}
	if got := <-effect; got != body {
		t.Errorf("got body %q, want %q", got, body)
	}
}

// A client that dies while it sends has made no call.
func TestDetachedHTTPCallNeedsItsWholeRequest(t *testing.T) {
	var faults core.Faults
	faults.Add(core.Fault{Detached: true, Latency: time.Nanosecond})
	request := httptest.NewRequest("POST", "/", io.MultiReader(strings.NewReader("twel"), iotest.ErrReader(io.ErrUnexpectedEOF)))
	faults.HTTP(httptest.NewRecorder(), request, "m", "r", nil, func(_ http.ResponseWriter, r *http.Request) {
		if got, err := io.ReadAll(r.Body); string(got) != "twel" || !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("got body %q, %v, want it to end too early", got, err)
		}
	})
}

func TestCloseAbandonsADetachedHTTPCall(t *testing.T) {
	var faults core.Faults
	faults.Add(core.Fault{Detached: true, OnBegin: func(string, string) { faults.Close() }, Latency: time.Hour})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		faults.HTTP(w, r, "m", "r", nil, func(http.ResponseWriter, *http.Request) { t.Error("got work done after Close") })
	}))
	defer server.Close()
	if response, err := http.Post(server.URL, "", nil); err == nil {
		response.Body.Close()
		t.Errorf("got status %s, want no answer", response.Status)
	}
}
