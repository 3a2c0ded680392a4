package launch

import (
	"context"
	"time"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
)

// pace is how often a service is asked, and how many failures in a row are borne.
type pace struct {
	// first is the time between the first two questions; it doubles up to most.
	first, most time.Duration
	// attempts is how often a call is tried while the service is unavailable.
	attempts int
	// stop is how long a job may take to stop once it was told to.
	stop time.Duration
}

func defaultPace() pace {
	return pace{first: time.Second, most: 15 * time.Second, attempts: 8, stop: 10 * time.Minute}
}

// wait sleeps before question n, counted from 0, or until ctx ends.
func (p pace) wait(ctx context.Context, n int) error {
	delay := p.most
	if n < 30 {
		delay = min(p.first<<n, p.most)
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

// retry makes a call until the service is available, or has not been for too long. A context that ends is reported as
// itself, whatever a client makes of it.
func (p pace) retry(ctx context.Context, call func(context.Context) error) error {
	for n := 0; ; n++ {
		err := call(ctx)
		switch {
		case err == nil:
			return nil
		case ctx.Err() != nil:
			return ctx.Err()
		case gcperr.Code(err) != cmekpipe.Unavailable || n+1 >= p.attempts:
			return err
		}
		if err := p.wait(ctx, n); err != nil {
			return err
		}
	}
}
