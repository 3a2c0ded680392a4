package cmektest_test

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// recorder is a test that records its failures instead of failing. It implements what a Cloud calls.
type recorder struct {
	testing.TB // nil: only for the method that makes other implementations impossible
	failed     []string
	ended      bool
	cleanups   []func()
}

func (r *recorder) Helper()                  {}
func (r *recorder) Failed() bool             { return len(r.failed) > 0 }
func (r *recorder) Skipped() bool            { return false }
func (r *recorder) Context() context.Context { return context.Background() }
func (r *recorder) Cleanup(f func())         { r.cleanups = append(r.cleanups, f) }

func (r *recorder) Setenv(name, value string) {
	before, was := os.LookupEnv(name)
	os.Setenv(name, value)
	r.Cleanup(func() {
		if os.Unsetenv(name); was {
			os.Setenv(name, before)
		}
	})
}

func (r *recorder) Errorf(format string, args ...any) {
	r.failed = append(r.failed, fmt.Sprintf(format, args...))
}

func (r *recorder) Fatalf(format string, args ...any) {
	r.Errorf(format, args...)
	r.ended = true
	runtime.Goexit()
}

// record runs a test on a recorder.
func record(test func(*recorder)) *recorder {
	r := &recorder{}
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer func() {
			for _, f := range slices.Backward(r.cleanups) {
				f()
			}
		}()
		test(r)
	}()
	<-done
	return r
}

// failures runs a test and returns the failures that it would print.
func failures(test func(testing.TB)) []string {
	return record(func(r *recorder) { test(r) }).failed
}

// wantFailure checks for one failure that contains a text.
func wantFailure(t *testing.T, r *recorder, text string) {
	t.Helper()
	if len(r.failed) != 1 || !strings.Contains(r.failed[0], text) {
		t.Errorf("got failures %q, want one with %q", r.failed, text)
	}
}
