package jobs

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"time"

	api "google.golang.org/api/dataflow/v1b3"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// RequestLabel is the label of a job that holds what [Label] returns. MaxLabels is how many others it leaves room for, of the 64
// that field labels of the API's Job allows.
const (
	RequestLabel = "cmekpipe-request"
	MaxLabels    = 63
)

// clocks is how far the clocks of two Google services may differ.
const clocks = time.Minute

// Label is the value of [RequestLabel] of a job: its client request id, and 8 digits of the SHA-256 of the key that it is to have.
// A record of a launch that names another key than the launch did finds no job.
func Label(request string, key cmekpipe.KeyName) string {
	hash := sha256.Sum256([]byte(key.String()))
	return request + "-" + hex.EncodeToString(hash[:4])
}

// Request identifies a call that creates a job, so that the job can be found.
type Request struct {
	// ID is the client request id.
	ID string
	// Name is the job's name.
	Name string
	// Recorded is when the launch was recorded, before its first call, by the clock of Cloud Storage. Without it, jobs of any age
	// are searched.
	Recorded time.Time
	// Launcher says that a program, the launcher of a Flex Template, sets the job's key while the job is queued.
	Launcher bool
}

// labelled returns a copy of the job that also has its client request id in a label.
func (s *Service) labelled(j *api.Job) *api.Job {
	labelled := *j
	labelled.Labels = maps.Clone(j.Labels)
	if labelled.Labels == nil {
		labelled.Labels = make(map[string]string)
	}
	labelled.Labels[RequestLabel] = Label(j.ClientRequestId, s.Key)
	return &labelled
}

// created reports whether the request created a job, given in full. The job's client request id is not compared: whoever may view
// jobs can read it and write a record with it.
func (s *Service) created(r Request, j *api.Job) bool {
	return r.ID != "" && j.Labels[RequestLabel] == Label(r.ID, s.Key)
}

// find returns the job of a request, active or not, or nil if none is visible. It also returns the time of the answer by
// Dataflow's clock, zero if the answer has none.
func (s *Service) find(ctx context.Context, r Request) (*api.Job, time.Time, error) {
	since := r.Recorded
	if !since.IsZero() {
		since = since.Add(-clocks)
	}
	ids, now, err := s.list(ctx, r.Name, "", since)
	if err != nil {
		return nil, now, err
	}
	jobs, err := s.whole(ctx, ids)
	for _, j := range jobs {
		if s.created(r, j) {
			return j, now, nil
		}
	}
	return nil, now, err
}

// await is find for a job of a launch that sends no more calls, which may only not be visible yet.
func (s *Service) await(ctx context.Context, r Request) (*api.Job, error) {
	defer s.Progress.Step("waiting for job " + r.Name + " to become visible, if there is one")()
	start := time.Now()
	for n := 0; ; n++ {
		j, _, err := s.find(ctx, r)
		if err != nil || j != nil || time.Since(start) >= s.Pace.VisibilityTimeout {
			return j, err
		}
		if err := s.Pace.Wait(ctx, n); err != nil {
			return nil, err
		}
	}
}
