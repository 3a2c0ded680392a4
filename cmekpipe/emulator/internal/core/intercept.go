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
	// Parameter returns a parameter in the URL of a call over HTTP.
	Parameter func(name string) string
}

// Gate has admit called with each call before faults apply. If that returns an error, the call answers the error and does none
// of its work. There is one gate.
func (f *Faults) Gate(admit func(Call) error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.gate = admit
}

// admitted returns the error with which the gate refuses a call.
func (f *Faults) admitted(call Call) error {
	f.mu.Lock()
	admit := f.gate
	f.mu.Unlock()
	if admit == nil {
		return nil
	}
	return admit(call)
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

// intercepted passes a call to the interceptors in the order in which they were added. An error breaks the call off.
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

func callOverRPC(ctx context.Context, method, resource string) Call {
	return Call{method, resource, func(name string) string {
		if values := metadata.ValueFromIncomingContext(ctx, name); len(values) > 0 {
			return values[0]
		}
		return ""
	}, func(string) string { return "" }}
}

func callOverHTTP(r *http.Request, method, resource string) Call {
	return Call{method, resource, r.Header.Get, r.URL.Query().Get}
}

// arrive passes a call over gRPC to the interceptors and to the gate. It returns the error to answer with, if any.
func (f *Faults) arrive(ctx context.Context, method, resource string) error {
	call := callOverRPC(ctx, method, resource)
	if err := f.intercepted(ctx, call); err != nil {
		return brokenOff(err)
	}
	return f.admitted(call)
}

// Open returns the number of calls that have arrived and have not ended.
func (f *Faults) Open() int { return int(f.open.Load()) }

// opened counts a call until closed is called.
func (f *Faults) opened() (closed func()) {
	f.open.Add(1)
	return func() { f.open.Add(-1) }
}
