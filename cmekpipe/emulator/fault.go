package emulator

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"google.golang.org/grpc/codes"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
)

// Method names a call of a service, as in the service's REST reference: [StorageObjectsInsert] is
// "storage.objects.insert". In a [Fault] it may also be a [path.Match] pattern of several: "storage.objects.*".
type Method string

// Fault makes calls of a service fail, wait or run a hook of the test. Set Method and at least one effect. Other fields may
// stay zero. This makes the second upload of an object fail:
//
//	cloud.Inject(emulator.Fault{Method: emulator.StorageObjectsInsert, Call: 2, Status: 503})
//
// This kills a program while its job is being created. The job is created all the same:
//
//	cloud.Inject(emulator.Fault{Method: emulator.DataflowJobsCreate, Detached: true,
//		OnBegin: func(emulator.Method, string) { program.Process.Kill(); program.Wait() }})
//
// The fields for the effects are in the order in which they apply.
type Fault struct {
	// Method is the call, or a pattern that matches several. Empty matches every call of every service.
	Method Method
	// Resource is a [path.Match] pattern that matches the name of the call's resource as the ledger spells it:
	// "gs://bucket/*". A "*" does not match a slash. Empty matches every resource.
	Resource string
	// Call selects one of the matching calls, counted from 1. 0 selects every one.
	Call int
	// OnBegin is called with the call's method and resource when the whole request has arrived and nothing was done. The
	// call waits for OnBegin, which may call the cloud.
	OnBegin func(method Method, resource string)
	// Latency delays the call. The delay ends early if the client cancels the call, which then does no work.
	Latency time.Duration
	// Detached lets the call do its work although its client cancels it or dies during OnBegin or Latency, as Google's
	// services do with a request that has arrived. Without Detached the call may do it or not.
	Detached bool
	// Status answers the call with this HTTP status, from 400 to 599, and does none of its work. An API over gRPC
	// answers with the corresponding code.
	Status int
	// Code answers the call with this gRPC code and does none of its work. An API over HTTP answers with the
	// corresponding status.
	Code codes.Code
	// OnEffect is called with the call's method and resource after the call took effect and before its client learns
	// so. It is not called for a call that the service refuses. The answer waits for OnEffect, which may call the cloud.
	OnEffect func(method Method, resource string)
	// AnswerLatency delays the answer after the call took effect. A client that doesn't wait as long never receives the
	// answer.
	AnswerLatency time.Duration
	// Reset breaks the connection after the call took effect, so that the client can't know the result.
	Reset bool
	// Truncate cuts the body of the answer to this many bytes and breaks the connection, after the call took effect.
	// Over gRPC, which delivers only whole messages, the client receives nothing of the answer.
	Truncate int
	// Optional allows a test in which no call meets the fault. [Cloud.UnusedFaults] reports all other faults until a
	// call meets them, and package cmektest then fails the test.
	Optional bool
}

// String describes the fault in one line: "storage.objects.insert, call 2: status 503".
func (f Fault) String() string {
	where := string(f.Method)
	if where == "" {
		where = "every method"
	}
	if f.Resource != "" {
		where += " of " + f.Resource
	}
	if f.Call > 0 {
		where += ", call " + strconv.Itoa(f.Call)
	}
	var effects []string
	for _, e := range []struct {
		set  bool
		text string
	}{
		{f.OnBegin != nil, "hook at the begin"},
		{f.Latency > 0, "latency " + f.Latency.String()},
		{f.Detached, "detached from the client"},
		{f.Status != 0, "status " + strconv.Itoa(f.Status)},
		{f.Code != codes.OK, "code " + f.Code.String()},
		{f.OnEffect != nil, "hook after the effect"},
		{f.AnswerLatency > 0, "answer after " + f.AnswerLatency.String()},
		{f.Reset, "connection reset"},
		{f.Truncate > 0, "answer cut to " + strconv.Itoa(f.Truncate) + " bytes"},
	} {
		if e.set {
			effects = append(effects, e.text)
		}
	}
	return where + ": " + strings.Join(effects, ", ")
}

// injected is a fault with the number of calls that met it.
type injected struct {
	fault Fault
	armed *core.Armed
}

// Inject makes calls meet a fault from now on until remove is called. If several faults match a call, the one that was
// injected first applies, also to the calls that a hook makes. Inject panics for a method that no service serves, for a
// malformed pattern, for a Status outside 400 to 599, for a negative Call, for a fault without an effect and for effects
// that exclude each other, because no call could meet such a fault and the test would prove nothing.
func (c *Cloud) Inject(f Fault) (remove func()) {
	if problem := c.faultProblem(f); problem != "" {
		panic("emulator: fault " + strconv.Quote(f.String()) + ": " + problem)
	}
	armed := c.env.Faults.Add(core.Fault{Method: string(f.Method), Resource: f.Resource, Call: f.Call,
		OnBegin: hook(f.OnBegin), Latency: f.Latency, Detached: f.Detached, Status: f.Status, Code: f.Code,
		OnEffect: hook(f.OnEffect), AnswerLatency: f.AnswerLatency, Reset: f.Reset, Truncate: f.Truncate})
	c.mu.Lock()
	defer c.mu.Unlock()
	c.faults = append(c.faults, injected{f, armed})
	return armed.Remove
}

func hook(call func(Method, string)) func(method, resource string) {
	if call == nil {
		return nil
	}
	return func(method, resource string) { call(Method(method), resource) }
}

// UnusedFaults returns the faults that no call has met so far, in the order of their injection. It leaves out Optional faults
// and keeps removed ones.
func (c *Cloud) UnusedFaults() []Fault {
	c.mu.Lock()
	defer c.mu.Unlock()
	var unused []Fault
	for _, i := range c.faults {
		if !i.fault.Optional && i.armed.Hit() == 0 {
			unused = append(unused, i.fault)
		}
	}
	return unused
}

// faultProblem explains why no call can meet a fault; "" if calls can.
func (c *Cloud) faultProblem(f Fault) string {
	before := f.OnBegin != nil || f.Latency > 0
	refused := f.Status != 0 || f.Code != codes.OK
	after := f.OnEffect != nil || f.AnswerLatency > 0 || f.Reset || f.Truncate > 0
	switch {
	case f.Detached && !before:
		return "got Detached, want OnBegin or Latency, while which the client may leave"
	case refused && (f.Detached || f.OnEffect != nil || f.AnswerLatency > 0):
		return "got Status or Code with Detached, OnEffect or AnswerLatency, want a call that takes effect or one that is refused"
	case !before && !refused && !after:
		return "got no effect, want OnBegin, Latency, Status, Code, OnEffect, AnswerLatency, Reset or Truncate"
	case f.Status != 0 && (f.Status < 400 || f.Status > 599):
		return fmt.Sprintf("got status %d, want one from 400 to 599", f.Status)
	case f.Call < 0:
		return fmt.Sprintf("got call %d, want 1 for the first, or 0 for all", f.Call)
	}
	for _, pattern := range []string{string(f.Method), f.Resource} {
		if _, err := path.Match(pattern, ""); err != nil {
			return "got " + strconv.Quote(pattern) + ", want a pattern of path.Match"
		}
	}
	if f.Method == "" {
		return ""
	}
	var all []Method
	for _, r := range c.running {
		all = append(all, c.Methods(r.name)...)
	}
	matched := func(m Method) bool { ok, _ := path.Match(string(f.Method), string(m)); return ok }
	if slices.ContainsFunc(all, matched) {
		return ""
	}
	return "no service has such a method" + suggestion(f.Method, all)
}

// suggestion lists the methods that a misspelt name may mean: those with the same ending.
func suggestion(wrong Method, all []Method) string {
	last := string(wrong[strings.LastIndexByte(string(wrong), '.')+1:])
	var like []string
	for _, m := range all {
		if strings.EqualFold(string(m[strings.LastIndexByte(string(m), '.')+1:]), last) {
			like = append(like, string(m))
		}
	}
	if len(like) == 0 || last == "" {
		return "; the constants of type Method name those that exist"
	}
	return "; did you mean " + strings.Join(like, " or ") + "?"
}

// Methods returns the calls that a service serves, in alphabetical order; none for a service without an endpoint.
func (c *Cloud) Methods(s Service) []Method {
	var methods []Method
	for _, r := range c.running {
		if r.name != s {
			continue
		}
		for _, name := range r.server.Methods() {
			methods = append(methods, Method(name))
		}
	}
	slices.Sort(methods)
	return methods
}
