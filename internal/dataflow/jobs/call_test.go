package jobs_test

import (
	"context"
	"errors"
	"testing"
	"time"

	api "google.golang.org/api/dataflow/v1b3"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/job"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/jobs"
)

// once is a call that makes a job as a launch of a template does: without client request id.
func (j *fixture) once(request string, spoil func(*api.Job) (*api.Job, error)) jobs.Call {
	asked := j.job("")
	asked.Labels[jobs.RequestLabel] = jobs.Label(request, j.Key)
	return jobs.Call{Request: jobs.Request{ID: request, Name: asked.Name}, Job: asked, Once: true,
		Send: func(ctx context.Context) (*api.Job, error) {
			made, err := j.API.Projects.Locations.Jobs.Create(cmektest.Project, region, asked).Context(ctx).Do()
			if err != nil {
				return nil, err
			}
			return spoil(made)
		}}
}

func TestAJobIsVerifiedWhateverTheAnswerSays(t *testing.T) {
	for name, spoil := range map[string]func(*api.Job) (*api.Job, error){
		"the job":                    func(made *api.Job) (*api.Job, error) { return made, nil },
		"nothing":                    func(*api.Job) (*api.Job, error) { return nil, nil },
		"a job without id":           func(*api.Job) (*api.Job, error) { return &api.Job{}, nil },
		"the id of another request":  func(made *api.Job) (*api.Job, error) { made.ClientRequestId = "of the template"; return made, nil },
		"an error that may be wrong": func(*api.Job) (*api.Job, error) { return nil, errors.New("lost") },
	} {
		t.Run(name, func(t *testing.T) {
			j := newFixture(t)
			j.cloud.Dataflow().SetVisibility(emulator.Visibility{Delay: 20 * time.Millisecond})
			made, err := j.SubmitWith(t.Context(), j.once("req-1", spoil))
			if err != nil || made.Open || made.Job == nil {
				t.Fatalf("got %+v and %v, want a proven job", made, err)
			}
			list, err := j.API.Projects.Locations.Jobs.List(cmektest.Project, region).Do()
			if err != nil || len(list.Jobs) != 1 || list.Jobs[0].Id != made.Job.ID {
				t.Errorf("got jobs %+v and error %v, want job %s alone", list.Jobs, err, made.Job.ID)
			}
		})
	}
}

// The template's own client request id, if Dataflow should hand it on, says nothing of whose job it is.
func TestTheIDOfAnotherRequestNeedsNoSearch(t *testing.T) {
	j := newFixture(t)
	j.cloud.Inject(emulator.Fault{Method: "dataflow.jobs.list", Status: 403, Call: 2, Optional: true}) // the first is before the call
	made, err := j.SubmitWith(t.Context(), j.once("req-1", func(made *api.Job) (*api.Job, error) {
		made.ClientRequestId = "of the template"
		return made, nil
	}))
	if err != nil || made.Job == nil {
		t.Errorf("got %+v and %v, want a proven job", made, err)
	}
}

// The answer names a job of another's, and one that nobody named came of the call.
func TestTheJobOfTheCallIsFoundIfTheAnswerNamesAnother(t *testing.T) {
	for name, key := range map[string]func(*fixture) string{
		"under the key":     func(j *fixture) string { return j.Key.String() },
		"under another":     func(j *fixture) string { return j.cloud.CreateKey(region, "other").String() },
		"without any of it": func(*fixture) string { return "" },
	} {
		t.Run(name, func(t *testing.T) {
			j := newFixture(t)
			other := j.job("theirs")
			other.Name = "weekly"
			theirs, err := j.API.Projects.Locations.Jobs.Create(cmektest.Project, region, other).Do()
			if err != nil {
				t.Fatal(err)
			}
			c := j.once("req-1", func(*api.Job) (*api.Job, error) { return &api.Job{Id: theirs.Id}, nil })
			j.cloud.Dataflow().Tamper(func(job *api.Job) { job.Environment.ServiceKmsKeyName = key(j) })
			made, err := j.SubmitWith(t.Context(), c)
			right := name == "under the key"
			if right != (err == nil) || right != (made.Job != nil) || made.Open {
				t.Errorf("got %+v and %v, want the call's own job judged", made, err)
			}
			list, err := j.API.Projects.Locations.Jobs.List(cmektest.Project, region).Do()
			if err != nil {
				t.Fatal(err)
			}
			for _, listed := range list.Jobs {
				stopped := jobs.StateOf(listed) == job.Cancelled
				if want := !right && listed.Name == "nightly"; stopped != want {
					t.Errorf("got job %s in %s, want it stopped: %v", listed.Name, listed.CurrentState, want)
				}
			}
		})
	}
}

// The call had no effect, and must not be retried.
func TestACallThatMustNotBeRepeatedIsSentOnce(t *testing.T) {
	j := newFixture(t)
	calls := 0
	c := j.once("req-1", nil)
	c.Send = func(context.Context) (*api.Job, error) {
		calls++
		return nil, errors.New("lost")
	}
	made, err := j.SubmitWith(t.Context(), c)
	if !errors.Is(err, cmekpipe.Unavailable) || !made.Open || calls != 1 {
		t.Errorf("got %+v, %v and %d calls, want an open end after one", made, err, calls)
	}
	j.cloud.Inject(emulator.Fault{Method: "dataflow.jobs.list", Status: 403, Call: 2}) // the look after the call
	made, err = j.SubmitWith(t.Context(), c)
	if !errors.Is(err, cmekpipe.Internal) || !made.Open {
		t.Errorf("got %+v and %v, want that somebody must look", made, err)
	}
}
