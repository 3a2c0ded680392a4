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
	"testing/synctest"
	"time"

	"google.golang.org/grpc/codes"

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

func TestWaitSleepsForTheLatency(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		if err := (core.Fault{Latency: time.Minute}).Wait(t.Context()); err != nil || time.Since(began) != time.Minute {
			t.Errorf("got %v after %v, want a minute", err, time.Since(began))
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		began = time.Now()
		if err := (core.Fault{Latency: time.Minute}).Wait(ctx); !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != time.Second {
			t.Errorf("got %v after %v, want the deadline after a second", err, time.Since(began))
		}
	})
}
