package dataflow

import (
	"context"
	"fmt"
	"slices"
	"time"

	api "google.golang.org/api/dataflow/v1b3"
)

// settings are the behaviours of the service that tests change.
type settings struct {
	pace          Pace
	visibility    Visibility
	tamper        func(*api.Job)
	tamperAnswer  func(method string, job *api.Job)
	adopt         bool
	storedKey     bool
	failOnKeyLoss bool
	lost          string // the region that lists omit as failed
}

// Control sets how the service behaves in a test: its pace, delays and mistakes. Settings apply to later calls and may
// be changed at any time. Use [Server.Control].
type Control struct{ s *Server }

// Control returns the control of the service.
func (s *Server) Control() *Control { return &Control{s} }

func (c *Control) change(f func(*settings)) {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	f(&c.s.set)
}

// Pace returns how long jobs stay in the states that end without a call.
func (c *Control) Pace() (p Pace) {
	c.change(func(s *settings) { p = s.pace })
	return p
}

// SetPace sets how long jobs stay in the states that end without a call. The default is [DefaultPace].
func (c *Control) SetPace(p Pace) { c.change(func(s *settings) { s.pace = p }) }

// SetVisibility delays what get and list calls report about jobs. The default is no delay.
func (c *Control) SetVisibility(v Visibility) { c.change(func(s *settings) { s.visibility = v }) }

// Tamper makes the service store a job that differs from the submitted one: it calls change with every new job before
// it stores the job. Google's service does no such thing; this is for tests of programs that compare a job with what
// they submitted. The stored job has only the fields of [api.Job]. Nil ends the tampering.
func (c *Control) Tamper(change func(*api.Job)) { c.change(func(s *settings) { s.tamper = change }) }

// TamperAnswers makes the service answer a job that differs from the stored one: it calls change with every job that a
// method such as "dataflow.jobs.create" or "dataflow.jobs.get" is about to answer. Change must not call the cloud. Nil
// ends the tampering.
func (c *Control) TamperAnswers(change func(method string, job *api.Job)) {
	c.change(func(s *settings) { s.tamperAnswer = change })
}

// AnswerExisting makes a create call return an active job of the same name, as the reference of field Job.name says.
// The default is the error 409, which Beam's launchers expect.
func (c *Control) AnswerExisting(yes bool) { c.change(func(s *settings) { s.adopt = yes }) }

// FailOnKeyLoss makes a running job end as JOB_STATE_FAILED when its key stops working. The default is
// JOB_STATE_CANCELLED, because Google's documentation says that such jobs are cancelled but names no state.
func (c *Control) FailOnKeyLoss(yes bool) { c.change(func(s *settings) { s.failOnKeyLoss = yes }) }

// StoredKeyWins makes the key in a classic template override the key of its launch. By default the job has the key of
// the launch, and no key if the launch has none. Google documents neither.
func (c *Control) StoredKeyWins(yes bool) { c.change(func(s *settings) { s.storedKey = yes }) }

// Backdate changes the creation time of a job, for example to a day before 2024-03-07. It returns an error for an
// unknown job.
func (c *Control) Backdate(id string, created time.Time) error {
	return c.job(id, func(j *job) {
		j.created = created
		j.doc.set("createTime", timestamp(created))
		j.doc.set("startTime", timestamp(created))
	})
}

// Fail makes a job fail now, with a text as its last error message. It returns an error for a job that is unknown or
// has ended.
func (c *Control) Fail(id, text string) error {
	var ended bool
	err := c.job(id, func(j *job) {
		if ended = j.state.terminal(); !ended {
			j.say(c.s.env.Now(), failure, text)
			j.enter(failed, c.s.env.Now())
		}
	})
	if ended {
		return fmt.Errorf("dataflow: job %s has ended already", id)
	}
	return err
}

// job changes a job of any project and region.
func (c *Control) job(id string, change func(*job)) error {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	i := slices.IndexFunc(c.s.jobs, func(j *job) bool { return j.id == id })
	if i < 0 {
		return fmt.Errorf("dataflow: there is no job %s", id)
	}
	j := c.s.jobs[i]
	c.s.advance(context.Background(), j, c.s.env.Now()) // apply earlier state changes first
	change(j)
	return nil
}
