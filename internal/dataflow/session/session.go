package session

import (
	"context"
	"errors"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/job"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/jobs"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/journal"
)

// Session is one launch among those with the same staging location. It finds the jobs of launches that did not finish,
// prevents this launch from doubling one, and records this launch until its job's key is confirmed.
type Session struct {
	services *Services
	found    func(*job.Orphan)
	log      *journal.Log
	recovery *journal.Recovery
	reported int // orphans that found was called for
}

// New begins a session. found is called once for every orphan.
func New(s *Services, found func(*job.Orphan)) *Session {
	log := &journal.Log{Jobs: *s.Jobs, Logger: s.Logger, Staging: s.Staging()}
	return &Session{services: s, found: found, log: log}
}

// Record is the record of this launch for the next one, with what the options contain.
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
	defer s.services.Progress.Step("searching for jobs of launches that did not finish")()
	var err error
	s.recovery, err = s.log.Recover(ctx, s.Record())
	s.report(ctx)
	if err != nil || s.services.opts.Update() {
		return err
	}
	return s.refuseDouble(journal.Record.SameJob, s.Record(), "wait for its end or cancel it, then launch again")
}

// Submit records the launch, submits its job, and removes the record unless a job may yet appear. It refuses a launch that
// would double an orphan with a generated name. If the job was to replace another and does not, the error says what happened
// to the other one.
func (s *Session) Submit(
	ctx context.Context, mine journal.Record, submit func(context.Context) (jobs.Submission, error),
) (*job.Job, error) {
	err := s.recovery.Await(ctx, mine)
	s.report(ctx)
	if err != nil {
		return nil, err
	}
	if err := s.refuseDouble(journal.Record.SamePipeline, mine,
		"wait for its end or cancel it, then launch again; to run a second job next to it, set job_name"); err != nil {
		return nil, err
	}
	entry, err := s.log.Begin(ctx, mine)
	if err != nil {
		return nil, err
	}
	made, err := submit(ctx)
	if !made.Open {
		s.log.End(ctx, entry)
	}
	if err != nil {
		return nil, s.services.NotReplaced(ctx, mine.Replaces, err)
	}
	s.recovery.Outrun(ctx, mine)
	return made.Job, nil
}

// report passes on the orphans that were not reported yet.
func (s *Session) report(ctx context.Context) {
	for _, o := range s.recovery.Orphans()[s.reported:] {
		s.reported++
		s.services.Progress.Say("%s", o)
		if o.Err != nil {
			s.services.Logger.WarnContext(ctx, "cmekpipe: the key of a job of a launch that did not finish could not be confirmed",
				"job", o.Job.String(), "state", string(o.Job.State), "code", string(cmekpipe.CodeOf(o.Err)))
		}
		s.found(o)
	}
}

// refuseDouble refuses to start a job next to an orphan, or after one that ran to its end, that does the same with its key.
func (s *Session) refuseDouble(same func(a, b journal.Record) bool, mine journal.Record, hint string) error {
	for _, o := range s.recovery.Like(mine, same) {
		if o.Err != nil || o.Job.State.Ended() && o.Job.State != job.Done {
			continue
		}
		if o.Job.State == job.Done {
			hint = "check what it wrote; to run the pipeline once more, launch it again"
		}
		with := " with key " + o.Job.Key.String()
		if o.Undecided {
			with = ", whose launcher has not set its key"
		}
		return &cmekpipe.Error{Op: s.services.Jobs.Op, Code: cmekpipe.AlreadyExists, Resource: o.Job.String(), Hint: hint,
			Err: errors.New("an earlier launch that did not finish started this job already: got it in " + string(o.Job.State) + with +
				", want none before this launch with key " + mine.Key.String())}
	}
	return nil
}
