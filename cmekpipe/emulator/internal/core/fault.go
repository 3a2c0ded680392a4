package core

import (
	"path"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"google.golang.org/grpc/codes"
)

// Fault makes calls fail or wait. Zero fields have no effect; a Fault may combine several. Package emulator documents
// the fields.
type Fault struct {
	Method, Resource string // path.Match patterns; empty matches all
	Call             int    // counted from 1; 0 is every call
	OnBegin          func(method, resource string)
	Latency          time.Duration
	Detached         bool
	Status           int
	Code             codes.Code
	OnEffect         func(method, resource string)
	AnswerLatency    time.Duration
	Reset            bool
	Truncate         int
}

// Faults holds the faults that tests injected. The zero Faults affects no call. It is safe for concurrent use.
type Faults struct {
	mu     sync.Mutex
	armed  []*Armed
	closed chan struct{} // created on first use

	interceptors []*interceptor // replaced, never changed
	gate         func(Call) error
	open         atomic.Int64
}

// Close ends the calls that wait because of a fault. They do no more work. Closing twice does no harm.
func (f *Faults) Close() {
	f.mu.Lock()
	defer f.mu.Unlock()
	select {
	case <-f.end():
	default:
		close(f.closed)
	}
}

// end returns the channel that Close closes. Its caller has locked f.mu.
func (f *Faults) end() chan struct{} {
	if f.closed == nil {
		f.closed = make(chan struct{})
	}
	return f.closed
}

// Armed is a fault in [Faults], with the number of calls that met it.
type Armed struct {
	Fault
	owner     *Faults
	seen, hit int
}

// Add adds a fault. It panics for a malformed pattern, which would match no call, so that the test would prove nothing.
func (f *Faults) Add(fault Fault) *Armed {
	for _, pattern := range []string{fault.Method, fault.Resource} {
		if _, err := path.Match(pattern, ""); err != nil {
			panic("emulator: fault pattern " + strconv.Quote(pattern) + ": " + err.Error())
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	a := &Armed{Fault: fault, owner: f}
	f.armed = append(f.armed, a)
	return a
}

// Remove removes the fault. Removing it twice does no harm.
func (a *Armed) Remove() {
	a.owner.mu.Lock()
	defer a.owner.mu.Unlock()
	a.owner.armed = slices.DeleteFunc(a.owner.armed, func(b *Armed) bool { return a == b })
}

// Seen returns how many calls matched the fault's patterns.
func (a *Armed) Seen() int {
	a.owner.mu.Lock()
	defer a.owner.mu.Unlock()
	return a.seen
}

// Hit returns how many calls the fault affected.
func (a *Armed) Hit() int {
	a.owner.mu.Lock()
	defer a.owner.mu.Unlock()
	return a.hit
}

// Next counts a call and returns it with the first fault that affects it, or with the zero Fault.
func (f *Faults) Next(method, resource string) Hit {
	f.mu.Lock()
	defer f.mu.Unlock()
	hit := Hit{method: method, resource: resource, closed: f.end()}
	var first *Armed
	for _, a := range f.armed {
		if !matches(a.Method, method) || !matches(a.Resource, resource) {
			continue
		}
		a.seen++
		if first == nil && (a.Call == 0 || a.Call == a.seen) {
			first = a
		}
	}
	if first != nil {
		first.hit++
		hit.Fault = first.Fault
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
