package dataflow

import (
	"context"
	"fmt"
	"slices"
	"time"

	api "google.golang.org/api/dataflow/v1b3"
)

// settings are what tests change about the service.
type settings struct {
	pace          Pace
	visibility    Visibility
	tamper        func(*api.Job)
	tamperAnswer  func(method string, job *api.Job)
	adopt         bool
	storedKey     bool
	failOnKeyLoss bool
	lost          string // the region that lists don't reach
}

// Control is what a test arranges about jobs that Google's service does by itself, or does wrong. What is set holds for
// calls to come and may be changed at any time. Use [Server.Control].
type Control struct{ s *Server }

// Control returns the hold that tests have on the service.
func (s *Server) Control() *Control { return &Control{s} }

func (c *Control) change(f func(*settings)) {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	f(&c.s.set)
}

// Pace returns how long jobs stay in the states that end by themselves.
func (c *Control) Pace() (p Pace) {
	c.change(func(s *settings) { p = s.pace })
	return p
}

// SetPace sets how long jobs stay in the states that end by themselves. The default is [DefaultPace].
func (c *Control) SetPace(p Pace) { c.change(func(s *settings) { s.pace = p }) }

// SetVisibility sets how late readers learn of jobs. By default they learn at once.
func (c *Control) SetVisibility(v Visibility) { c.change(func(s *settings) { s.visibility = v }) }

// Tamper makes the service store something else than it is asked for: change is called with every new job before it is
// stored. Google's service does no such thing; this is for the tests of programs that compare a job with what they
// submitted. The stored job holds only what [api.Job] can hold. Nil ends it.
func (c *Control) Tamper(change func(*api.Job)) { c.change(func(s *settings) { s.tamper = change }) }

// TamperAnswers makes the service answer something else than it stored: change is called with every job that a method
// such as "dataflow.jobs.create" or "dataflow.jobs.get" is about to answer. It must not call the cloud. Nil ends it.
func (c *Control) TamperAnswers(change func(method string, job *api.Job)) {
	c.change(func(s *settings) { s.tamperAnswer = change })
}

// AnswerExisting makes a create call that meets an active job of the same name answer that job, as the reference of
// field Job.name has it, where the default is the error 409 that Beam's launchers know.
func (c *Control) AnswerExisting(yes bool) { c.change(func(s *settings) { s.adopt = yes }) }

// FailOnKeyLoss makes a job end as JOB_STATE_FAILED when its key stops working while it runs. The default is
// JOB_STATE_CANCELLED: Google's page says that jobs are cancelled, and names no state.
func (c *Control) FailOnKeyLoss(yes bool) { c.change(func(s *settings) { s.failOnKeyLoss = yes }) }

// StoredKeyWins makes the key that a classic template holds decide over that of its launch. By default the launch's
// alone counts, and a launch without a key makes a job without one. Google documents neither.
func (c *Control) StoredKeyWins(yes bool) { c.change(func(s *settings) { s.storedKey = yes }) }

// Backdate makes a job one that was created at another time, such as before 2024-03-07. It fails for an unknown job.
func (c *Control) Backdate(id string, created time.Time) error {
	return c.job(id, func(j *job) {
		j.created = created
		j.doc.set("createTime", timestamp(created))
		j.doc.set("startTime", timestamp(created))
	})
}

// Fail makes a job fail now, with a text as its last error message. It fails for an unknown job and one that has ended.
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
	c.s.advance(context.Background(), j, c.s.env.Now()) // what happened before comes first
	change(j)
	return nil
}
