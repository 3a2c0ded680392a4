package core

import (
	"context"
	"net/http"
	"slices"

	"google.golang.org/grpc/metadata"
)

// Call is a call that has arrived and did nothing yet.
type Call struct {
	Method, Resource string
	// Header returns the first value of a header of the request, or of its gRPC metadata.
	Header func(name string) string
}

// interceptor is a function that sees every call.
type interceptor struct {
	before func(context.Context, Call) error
}

// Intercept has before called with each call before faults apply, until remove is called. The call waits for before, and if
// that returns an error, it breaks off and does none of its work.
func (f *Faults) Intercept(before func(context.Context, Call) error) (remove func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	i := &interceptor{before}
	f.interceptors = append(slices.Clip(f.interceptors), i)
	return func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.interceptors = slices.DeleteFunc(slices.Clone(f.interceptors), func(other *interceptor) bool { return other == i })
	}
}

// intercepted passes a call to the interceptors in the order in which they were added.
func (f *Faults) intercepted(ctx context.Context, call Call) error {
	f.mu.Lock()
	all := f.interceptors
	f.mu.Unlock()
	for _, i := range all {
		if err := i.before(ctx, call); err != nil {
			return err
		}
	}
	return nil
}

func (f *Faults) interceptedRPC(ctx context.Context, method, resource string) error {
	return f.intercepted(ctx, Call{method, resource, func(name string) string {
		if values := metadata.ValueFromIncomingContext(ctx, name); len(values) > 0 {
			return values[0]
		}
		return ""
	}})
}

func (f *Faults) interceptedHTTP(r *http.Request, method, resource string) error {
	return f.intercepted(r.Context(), Call{method, resource, r.Header.Get})
}

// Open returns the number of calls that have arrived and have not ended.
func (f *Faults) Open() int { return int(f.open.Load()) }

// opened counts a call until closed is called.
func (f *Faults) opened() (closed func()) {
	f.open.Add(1)
	return func() { f.open.Add(-1) }
}
