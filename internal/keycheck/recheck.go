package keycheck

import (
	"context"
	"time"

	"github.com/cmekpipe/cmekpipe-go/internal/clients/shared"
)

// Interval is for how long the check of a destination's key is good, see [shared.CheckInterval].
const Interval = shared.CheckInterval

// Recheck remembers when the key of a destination was last found right. The zero Recheck has never checked. A Recheck
// belongs to one instance of a DoFn and may be used by one goroutine at a time.
type Recheck struct {
	// Now returns the time, for tests. Default: time.Now.
	Now func() time.Time

	checked time.Time
}

// Do calls check if it has not succeeded within the last [Interval].
func (r *Recheck) Do(ctx context.Context, check func(context.Context) error) error {
	now := time.Now
	if r.Now != nil {
		now = r.Now
	}
	start := now()
	if r.Checked() && start.Sub(r.checked) < Interval {
		return nil
	}
	if err := check(ctx); err != nil {
		return err
	}
	r.checked = start // what the service reported is at least this old
	return nil
}

// Checked reports whether a check has ever succeeded.
func (r *Recheck) Checked() bool { return !r.checked.IsZero() }
