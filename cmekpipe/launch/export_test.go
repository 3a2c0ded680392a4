package launch

import (
	"context"
	"time"

	jobpb "github.com/apache/beam/sdks/v2/go/pkg/beam/model/jobmanagement_v1"

	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/jobs"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/session"
	"github.com/cmekpipe/cmekpipe-go/internal/retry"
)

// HastyWait is how long a launch with haste waits for a job that never comes.
const HastyWait = 1200 * time.Millisecond

// WithHaste makes Run ask services every few milliseconds, so that tests need not wait, and withhold data as it does when it
// reaches Google Cloud.
func WithHaste() Option {
	return Option{set: func(s *session.Settings) {
		s.Pace = jobs.Timing{Policy: retry.Policy{Initial: time.Millisecond, Max: 20 * time.Millisecond, Attempts: 5},
			SubmitTimeout: time.Second, VisibilityTimeout: 200 * time.Millisecond, StopTimeout: 10 * time.Second}
		s.ShowData = false
	}}
}

// WithDay makes Run and Plan launch on a day, whose name is in the names of staged files.
func WithDay(day time.Time) Option {
	return Option{set: func(s *session.Settings) { s.Now = func() time.Time { return day } }}
}

// PrismState returns the state of the job of a name on Prism, or "" if there is none.
func PrismState(ctx context.Context, name string) (string, error) {
	client, err := prismServer()
	if err != nil {
		return "", err
	}
	answer, err := client.GetJobs(ctx, &jobpb.GetJobsRequest{})
	for _, job := range answer.GetJobInfo() {
		if job.GetJobName() == name {
			return job.GetState().String(), err
		}
	}
	return "", err
}
