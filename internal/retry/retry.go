// Package pace says how often a service is asked and how many failures in a row are borne.
package retry

import (
	"context"
	"time"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
)

// Pace is how often a service is asked. Its zero value asks once; start from [Default].
type Policy struct {
	// First is the time between the first two questions; it doubles up to Most.
	Initial, Max time.Duration
	// Attempts is how often a call is tried while the service is unavailable.
	Attempts int
	// Settle is how long what was created may take to be seen by those who look for it.
	VisibilityTimeout time.Duration
	// Stop is how long a job may take to stop once it was told to.
	StopTimeout time.Duration
}

// Default is the pace of launches: after 1 s, then at intervals that double up to 15 s; 8 attempts; 30 s to be
// seen; 10 minutes to stop.
func Default() Policy {
	return Policy{Initial: time.Second, Max: 15 * time.Second, Attempts: 8, VisibilityTimeout: 30 * time.Second, StopTimeout: 10 * time.Minute}
}

// Wait sleeps before question n, counted from 0, or until ctx ends.
func (p Policy) Wait(ctx context.Context, n int) error {
	delay := p.Max
	if n < 30 {
		delay = min(p.Initial<<n, p.Max)
	}
	timer := time.NewTimer(delay)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Retry makes a call until the service is available, or has not been for too long. A context that ends is reported as
// itself, whatever a client makes of it.
func (p Policy) Retry(ctx context.Context, call func(context.Context) error) error {
	for n := 0; ; n++ {
		err := call(ctx)
		switch {
		case err == nil:
			return nil
		case ctx.Err() != nil:
			return ctx.Err()
		case gcperr.Code(err) != cmekpipe.Unavailable || n+1 >= p.Attempts:
			return err
		}
		if err := p.Wait(ctx, n); err != nil {
			return err
		}
	}
}
