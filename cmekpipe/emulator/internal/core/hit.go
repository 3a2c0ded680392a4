package core

import (
	"context"
	"time"
)

// Hit is a call with the fault that affects it. A server calls begin before the call's work and end after it, and then
// answers, unless losesAnswer says otherwise.
type Hit struct {
	Fault
	method, resource string
	closed           <-chan struct{} // by Faults.Close
}

// closedError ends the calls that wait while the cloud closes.
type closedError struct{}

func (closedError) Error() string { return "the loopback cloud was closed" }

// begin does what a fault does before the call's work: it calls the hook and waits. The call's work uses the returned
// context until release is called; the client can't cancel it if the fault is detached. An error means that the call
// ended while it waited and must do no work.
func (h Hit) begin(client context.Context) (ctx context.Context, release func(), err error) {
	ctx, release = h.context(client)
	if h.OnBegin != nil {
		h.OnBegin(h.method, h.resource)
		if err := context.Cause(ctx); err != nil {
			return ctx, release, err
		}
	}
	return ctx, release, h.wait(ctx, h.Latency)
}

// context returns the context of the call's work.
func (h Hit) context(client context.Context) (ctx context.Context, release func()) {
	if !h.Detached {
		return client, func() {}
	}
	ctx, cancel := context.WithCancelCause(context.WithoutCancel(client))
	go func() {
		select {
		case <-h.closed:
			cancel(closedError{})
		case <-ctx.Done():
		}
	}()
	return ctx, func() { cancel(nil) }
}

// end does what a fault does between the call's work and its answer: it calls the hook if the call took effect, and
// waits. An error means that nobody waits for the answer any more.
func (h Hit) end(client context.Context, tookEffect bool) error {
	if tookEffect && h.OnEffect != nil {
		h.OnEffect(h.method, h.resource)
	}
	return h.wait(client, h.AnswerLatency)
}

// wait sleeps until the duration is over, the context ends or the cloud closes.
func (h Hit) wait(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-h.closed:
		return closedError{}
	}
}

// losesAnswer reports whether the client receives no answer, or only a part of it.
func (f Fault) losesAnswer() bool { return f.Reset || f.Truncate > 0 }

// needsRequest reports whether the whole request must have arrived before the fault applies: the client may be gone
// afterwards.
func (f Fault) needsRequest() bool { return f.Detached || f.OnBegin != nil }

// holdsAnswer reports whether the answer must not reach the client while the server writes it.
func (f Fault) holdsAnswer() bool { return f.OnEffect != nil || f.AnswerLatency > 0 || f.losesAnswer() }
