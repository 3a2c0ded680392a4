package session

import (
	"context"
	"errors"
	"strconv"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/jobs"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/journal"
)

// Session is one launch among those from a staging location. It finds the jobs of those that did not finish, keeps this
// launch from doubling one, and remembers this one as long as its job is not proven.
type Session struct {
	services *Services
	found    func(*journal.Orphan)
	log      *journal.Log
	recovery *journal.Recovery
	told     int // orphans that were told of
}

// NewSession begins a session. found takes every orphan once.
func NewSession(s *Services, found func(*journal.Orphan)) *Session {
	log := &journal.Log{Jobs: *s.Jobs, Logger: s.Logger, Staging: s.Staging()}
	return &Session{services: s, found: found, log: log}
}

// CheckLabels refuses labels that leave no room for the one that tells a launch's job from others.
func CheckLabels(op string, opts *cmekpipe.Options) error {
	if n := len(opts.Labels()); n > jobs.MaxLabels {
		return &cmekpipe.Error{Op: op, Code: cmekpipe.InvalidOptions, Resource: "labels", Hint: "take one out",
			Err: errors.New("got " + strconv.Itoa(n) + " labels, want at most " + strconv.Itoa(jobs.MaxLabels) +
				", because a launch adds " + jobs.RequestLabel)}
	}
	return nil
}

// Record is this launch as the next one finds it, as far as the options say.
func (s *Session) Record() journal.Record {
	opts := s.services.opts
	return journal.Record{
		Name: opts.JobName(), Named: opts.JobName() != "",
		Project: opts.Project(), Region: opts.Region(), Key: opts.Key(),
	}
}

// Recover finds what earlier launches left behind, and refuses to double the job that one of them started, unless this
// launch is an update.
func (s *Session) Recover(ctx context.Context) error {
	defer s.services.Progress.Step("looking for jobs of launches that did not finish")()
	var err error
	s.recovery, err = s.log.Recover(ctx, s.Record())
	s.tell(ctx)
	if err != nil || s.services.opts.Update() {
		return err
	}
	return s.double(journal.Record.SameJob, s.Record(), "wait for its end or cancel it, then launch again")
}

// Begin writes the record of this launch, unless it would double an orphan whose name nobody chose.
func (s *Session) Begin(ctx context.Context, mine journal.Record) (*journal.Entry, error) {
	err := s.recovery.Await(ctx, mine)
	s.tell(ctx)
	if err != nil {
		return nil, err
	}
	if err := s.double(journal.Record.SamePipeline, mine,
		"wait for its end or cancel it, then launch again; to run another beside it, set job_name"); err != nil {
		return nil, err
	}
	return s.log.Begin(ctx, mine)
}

// End removes the record, unless a job may yet turn up.
func (s *Session) End(ctx context.Context, e *journal.Entry, made jobs.Submission) {
	if !made.Open {
		s.log.End(ctx, e)
	}
	if made.Job != nil {
		s.recovery.Outrun(ctx, e.Record)
	}
}

// tell passes on the orphans that were not told of yet.
func (s *Session) tell(ctx context.Context) {
	for _, o := range s.recovery.Orphans[s.told:] {
		s.told++
		s.services.Progress.Say("%s", o)
		if o.Fault != nil {
			s.services.Logger.WarnContext(ctx, "cmekpipe: a job of a launch that did not finish was not proven to rest under its key",
				"job", o.Resource(), "state", o.State, "code", string(cmekpipe.CodeOf(o.Fault)))
		}
		s.found(o)
	}
}

// double refuses to start a job beside an orphan, or after one that ran to its end, that does the same under its key.
func (s *Session) double(same func(a, b journal.Record) bool, mine journal.Record, hint string) error {
	for _, o := range s.recovery.Orphans {
		if o.Fault != nil || !same(o.Record, mine) || jobs.Ended(o.State) && o.State != jobs.Done {
			continue
		}
		if o.State == jobs.Done {
			hint = "look at what it wrote; to run it once more, launch again"
		}
		under := " under key " + o.Key.String()
		if o.Undecided {
			under = ", whose launcher has not decided its key"
		}
		return &cmekpipe.Error{Op: s.services.Jobs.Op, Code: cmekpipe.AlreadyExists, Resource: o.Resource(), Hint: hint,
			Err: errors.New("got a job of a launch that did not finish, in " + o.State + under +
				"; this launch, under " + mine.Key.String() + ", would do the same twice")}
	}
	return nil
}
