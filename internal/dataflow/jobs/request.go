package jobs

import (
	"context"
	"maps"
	"time"

	api "google.golang.org/api/dataflow/v1b3"
)

// RequestLabel is the label of a job that holds its client request id. MaxLabels is how many others it leaves room for,
// of the 64 that field labels of the API's Job allows.
const (
	RequestLabel = "cmekpipe-request"
	MaxLabels    = 63
)

// skew is how far the clock of this computer may be ahead of Dataflow's.
const skew = 10 * time.Minute

// Request identifies a call that creates a job, so that the job can be found.
type Request struct {
	// ID is the client request id.
	ID string
	// Name is the job's name.
	Name string
	// Began is when the first call was sent, or a little before.
	Began time.Time
	// Launcher says that a program, the launcher of a Flex Template, sets the job's key while the job is queued.
	Launcher bool
}

// labelled returns a copy of the job that also has its client request id in a label.
func labelled(j *api.Job) *api.Job {
	labelled := *j
	labelled.Labels = maps.Clone(j.Labels)
	if labelled.Labels == nil {
		labelled.Labels = make(map[string]string)
	}
	labelled.Labels[RequestLabel] = j.ClientRequestId
	return &labelled
}

// created reports whether the request created a job, given in full.
func (r Request) created(j *api.Job) bool {
	return r.ID != "" && (j.ClientRequestId == r.ID || j.Labels[RequestLabel] == r.ID)
}

// find returns the job of a request, active or not, or nil if none is visible.
func (s *Service) find(ctx context.Context, r Request) (*api.Job, error) {
	ids, err := s.list(ctx, r.Name, "", r.Began.Add(-skew))
	if err != nil {
		return nil, err
	}
	jobs, err := s.whole(ctx, ids)
	for _, j := range jobs {
		if r.created(j) {
			return j, nil
		}
	}
	return nil, err
}

// await is find for a job that may only not be visible yet.
func (s *Service) await(ctx context.Context, r Request) (*api.Job, error) {
	defer s.Progress.Step("waiting for job " + r.Name + " to become visible, if there is one")()
	start := time.Now()
	for n := 0; ; n++ {
		j, err := s.find(ctx, r)
		if err != nil || j != nil || time.Since(start) >= s.Pace.VisibilityTimeout {
			return j, err
		}
		if err := s.Pace.Wait(ctx, n); err != nil {
			return nil, err
		}
	}
}
