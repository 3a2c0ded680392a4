package dataflow

import (
	"context"
	"time"
)

// jobState is a state of the API.
type jobState string

const (
	queued     jobState = "JOB_STATE_QUEUED"
	pending    jobState = "JOB_STATE_PENDING"
	running    jobState = "JOB_STATE_RUNNING"
	done       jobState = "JOB_STATE_DONE"
	failed     jobState = "JOB_STATE_FAILED"
	cancelling jobState = "JOB_STATE_CANCELLING"
	cancelled  jobState = "JOB_STATE_CANCELLED"
	draining   jobState = "JOB_STATE_DRAINING"
	drained    jobState = "JOB_STATE_DRAINED"
	updated    jobState = "JOB_STATE_UPDATED"
)

// terminal reports whether a job never leaves the state.
func (s jobState) terminal() bool {
	switch s {
	case done, failed, cancelled, drained, updated:
		return true
	}
	return false
}

// transition is a change of a job's state.
type transition struct {
	state jobState
	at    time.Time
}

// Pace is how long a job stays in the states that end without a call, by the cloud's clock. Google Cloud needs minutes.
type Pace struct {
	// Queued is how long the launcher of a Flex Template runs before its job is pending.
	Queued time.Duration
	// Pending is the time between the creation of a job and its start, when the service checks the key.
	Pending time.Duration
	// Running is how long a batch job runs. A streaming job runs until it is stopped.
	Running time.Duration
	// Snapshot is how long a snapshot stays pending.
	Snapshot time.Duration
	// Stopping is how long cancelling or draining a job lasts.
	Stopping time.Duration
}

// DefaultPace is 20 ms queued, 20 ms pending, 50 ms running, 20 ms stopping; a snapshot takes 20 ms.
func DefaultPace() Pace {
	return Pace{Queued: 20 * time.Millisecond, Pending: 20 * time.Millisecond, Running: 50 * time.Millisecond,
		Stopping: 20 * time.Millisecond, Snapshot: 20 * time.Millisecond}
}

// advance brings a job to its current state, through all states between.
func (s *Server) advance(ctx context.Context, j *job, now time.Time) {
	for s.step(ctx, j, now) {
		continue
	}
	j.horizon = now.Add(-s.set.visibility.StateLag)
}

// step makes one transition if it is due, and reports whether it did.
func (s *Server) step(ctx context.Context, j *job, now time.Time) bool {
	if (j.state == running || j.state == draining) && s.stopWithoutKey(ctx, j, now) {
		return true
	}
	var stay time.Duration
	var next jobState
	switch j.state {
	case queued:
		stay, next = s.set.pace.Queued, pending
	case pending:
		stay, next = s.set.pace.Pending, running
	case running:
		stay, next = s.set.pace.Running, done
	case cancelling:
		stay, next = s.set.pace.Stopping, cancelled
	case draining:
		stay, next = s.set.pace.Stopping, drained
	}
	due := j.since.Add(stay)
	switch {
	case next == "" || now.Before(due) || (next == done && j.Type == streaming):
		return false
	case j.stop != nil && (next == done || next == drained):
		return false // the run decides
	case next == running:
		return s.start(ctx, j, due)
	case next == pending:
		return s.launch(ctx, j, due)
	}
	j.enter(next, due)
	return true
}

// launch runs the launcher of a Flex Template.
func (s *Server) launch(ctx context.Context, j *job, at time.Time) bool {
	if refusal := s.launchFiles(ctx, j); refusal != "" {
		j.say(at, failure, refusal)
		j.enter(failed, at)
		return true
	}
	j.enter(pending, at)
	return true
}

// start checks the job's key and starts or fails the job. If Cloud KMS does not answer, the next call checks the key
// again.
func (s *Server) start(ctx context.Context, j *job, at time.Time) bool {
	version, refusal, err := s.checkKey(ctx, j)
	if err != nil {
		return false
	}
	if refusal != "" {
		j.say(at, failure, refusal)
		j.enter(failed, at)
		return true
	}
	if refusal := s.incompatible(ctx, j); refusal != "" {
		j.say(at, failure, refusal)
		j.enter(failed, at)
		return true
	}
	if refusal := s.writeTemp(ctx, j); refusal != "" {
		j.say(at, failure, refusal)
		j.enter(failed, at)
		return true
	}
	if err := s.execute(ctx, j); err != nil {
		j.say(at, failure, "Workflow failed. Causes: "+err.Error())
		j.enter(failed, at)
		return true
	}
	j.version = version
	j.enter(running, at)
	if old := j.replaces; old != nil && (old.state == running || old.state == draining) {
		old.doc.set("replacedByJobId", j.id)
		old.enter(updated, at)
	}
	return true
}

// stopWithoutKey ends a job whose key stopped working, and reports whether it did.
func (s *Server) stopWithoutKey(ctx context.Context, j *job, now time.Time) bool {
	refusal := s.recheckKey(ctx, j)
	if refusal == "" {
		return false
	}
	j.say(now, failure, refusal)
	end := cancelled
	if s.set.failOnKeyLoss {
		end = failed
	}
	j.enter(end, now)
	return true
}

// enter sets the job's state and adds a message about it.
func (j *job) enter(next jobState, at time.Time) {
	j.state, j.since = next, at
	if j.stop != nil && next != running && next != draining {
		j.stop()
	}
	j.history = append(j.history, transition{next, at})
	j.say(at, basic, "Workflow job "+j.id+" is now "+string(next)+".")
}
