package jobs

import (
	"time"

	"github.com/cmekpipe/cmekpipe-go/internal/retry"
)

// Timing says how often Dataflow is asked, and how long it may take to show and to stop a job.
type Timing struct {
	// Policy is for the retries of each call and for the pauses between two polls.
	retry.Policy
	// SubmitTimeout is how long a launch sends calls that create its job. The next launch counts on it.
	SubmitTimeout time.Duration
	// VisibilityTimeout is how long a job that was created may stay invisible to calls that read it.
	VisibilityTimeout time.Duration
	// StopTimeout is how long a job may take to stop after it was asked to.
	StopTimeout time.Duration
}

// DefaultTiming retries a call after 1 s and then after pauses that double up to 15 s, for 8 attempts, which is more than a
// minute: a launch takes minutes in any case, and a person must handle a longer outage of the API. A launch
// sends calls that create its job for at most 90 s. A job may take 30 s to become visible and 10 minutes to stop.
func DefaultTiming() Timing {
	return Timing{
		Policy:            retry.Policy{Initial: time.Second, Max: 15 * time.Second, Attempts: 8},
		SubmitTimeout:     90 * time.Second,
		VisibilityTimeout: 30 * time.Second,
		StopTimeout:       10 * time.Minute,
	}
}

// LoopbackTiming is [DefaultTiming] with pauses of 10 to 200 ms, because the jobs of a loopback cloud last milliseconds.
func LoopbackTiming() Timing {
	t := DefaultTiming()
	t.Initial, t.Max = 10*time.Millisecond, 200*time.Millisecond
	return t
}
