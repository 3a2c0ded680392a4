package launch

import (
	"context"
	"time"

	jobpb "github.com/apache/beam/sdks/v2/go/pkg/beam/model/jobmanagement_v1"

	"github.com/cmekpipe/cmekpipe-go/internal/launching"
	"github.com/cmekpipe/cmekpipe-go/internal/pace"
)

// WithHaste makes Run ask services every few milliseconds, so that tests need not wait.
func WithHaste() Option {
	return func(s *launching.Settings) {
		s.Pace = pace.Pace{First: time.Millisecond, Most: 20 * time.Millisecond, Attempts: 5,
			Settle: 200 * time.Millisecond, Stop: 10 * time.Second}
	}
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
