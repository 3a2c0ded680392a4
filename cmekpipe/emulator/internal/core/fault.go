package core

import (
	"path"
	"slices"
	"strconv"
	"sync"
	"time"

	"google.golang.org/grpc/codes"
)

// Fault is something that a test wants to go wrong in a call. Fields that are left zero do nothing, so a Fault may
// wait and then fail.
type Fault struct {
	// Method is a path.Match pattern of the call: "storage.objects.insert", "storage.objects.*", "kms.Encrypt". Empty
	// matches every call.
	Method string
	// Resource is a path.Match pattern of the resource's name, such as "gs://bucket/*"; "*" does not cross a slash.
	// Empty matches every resource.
	Resource string
	// Call is which matching call to spoil, counted from 1; 0 spoils every one.
	Call int
	// Latency delays the call before anything else happens. A call that is cancelled stops waiting.
	Latency time.Duration
	// Status answers with this HTTP status before the call has any effect. An API over gRPC answers with the code that
	// goes with it.
	Status int
	// Code answers with this gRPC code before the call has any effect. An API over HTTP answers with the status that
	// goes with it.
	Code codes.Code
	// Reset breaks the connection after the call took effect, so that the client can't know.
	Reset bool
	// Truncate cuts the answer's body to this many bytes and breaks the connection, after the call took effect. Over
	// gRPC, which delivers whole messages only, nothing of the answer arrives.
	Truncate int
}

// Faults holds what tests arranged. The zero Faults spoils nothing. It may be used by many goroutines.
type Faults struct {
	mu    sync.Mutex
	armed []*armedFault
}

type armedFault struct {
	Fault
	seen int
}

// Add arms a fault and returns a function that disarms it. It panics on a malformed pattern, which would otherwise
// spoil nothing and let a test pass.
func (f *Faults) Add(fault Fault) (remove func()) {
	for _, pattern := range []string{fault.Method, fault.Resource} {
		if _, err := path.Match(pattern, ""); err != nil {
			panic("emulator: fault pattern " + strconv.Quote(pattern) + ": " + err.Error())
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	a := &armedFault{Fault: fault}
	f.armed = append(f.armed, a)
	return func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.armed = slices.DeleteFunc(f.armed, func(b *armedFault) bool { return a == b })
	}
}

// Next counts a call and returns the first fault that spoils it, or the zero Fault.
func (f *Faults) Next(method, resource string) Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	var hit Fault
	found := false
	for _, a := range f.armed {
		if !matches(a.Method, method) || !matches(a.Resource, resource) {
			continue
		}
		a.seen++
		if !found && (a.Call == 0 || a.Call == a.seen) {
			hit, found = a.Fault, true
		}
	}
	return hit
}

func matches(pattern, s string) bool {
	if pattern == "" {
		return true
	}
	ok, err := path.Match(pattern, s)
	return ok && err == nil
}
