package session

import (
	"context"
	"errors"
	"time"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/job"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/jobs"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/journal"
)

// Session is one launch among those with the same staging location. It finds the jobs of launches that did not finish, prevents
// this launch from doubling one, and records this launch until its job has ended and its caller knows of it.
type Session struct {
	services *Services
	found    func(*job.Orphan)
	log      *journal.Log
	earlier  *journal.Search
	entry    *journal.Entry // of this launch; nil before Submit
}

// New begins a session. found is called once for every orphan, one call at a time, until [Session.Finish] returns.
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

// CheckEarlier finds what earlier launches left behind, and refuses to double the job that one of them started, unless this launch is an
// update. The caller calls [Session.Finish], with an error too.
func (s *Session) CheckEarlier(ctx context.Context) error {
	defer s.services.Progress.Step("searching for jobs of launches that did not finish")()
	var err error
	s.earlier, err = s.log.CheckRecords(ctx, func(f *journal.Found) {
		if !f.Checked {
			s.report(ctx, f.Orphan)
		}
	})
	if err != nil {
		return err
	}
	mine := s.Record()
	if err := s.earlier.Wait(ctx, mine, journal.Record.SameJob); err != nil || s.services.opts.Update() {
		return err
	}
	return s.refuseDouble(ctx, mine, journal.Record.SameJob)
}

// Submit records the launch, submits its job, and closes the record when the job's key is confirmed. It refuses a launch that
// would double a job with a generated name. If the job was to replace another and does not, the error says what happened to the
// other one. submit gets the time of the record by the clock of Cloud Storage.
func (s *Session) Submit(
	ctx context.Context, mine journal.Record, submit func(ctx context.Context, recorded time.Time) (jobs.Submission, error),
) (*job.Job, error) {
	if err := s.earlier.Wait(ctx, mine, journal.Record.SamePipeline); err != nil {
		return nil, err
	}
	if err := s.refuseDouble(ctx, mine, journal.Record.SamePipeline); err != nil {
		return nil, err
	}
	entry, err := s.log.Begin(ctx, mine)
	if err != nil {
		return nil, err
	}
	made, err := submit(ctx, entry.Created)
	if err != nil {
		if !made.Open {
			s.log.End(ctx, entry)
		}
		return nil, s.services.NotReplaced(ctx, mine.Replaces, err)
	}
	s.log.Close(ctx, entry, made.Job.ID)
	s.entry = entry
	return made.Job, nil
}

// Finish ends the session of a launch that returns err to its caller, together with its job, if it has one. A launch with a job
// waits for the end of every search for jobs of other launches. Finish returns err, or the error of a job that nobody could stop.
func (s *Session) Finish(ctx context.Context, made *job.Job, err error) error {
	if s.earlier == nil {
		return err
	}
	if made == nil || s.entry == nil {
		s.earlier.Abandon()
		return err
	}
	if made.State.Ended() {
		s.log.End(ctx, s.entry)
	} else {
		s.log.Tell(ctx, s.entry)
	}
	if late := s.earlier.Finish(ctx); err == nil {
		return late
	}
	return err
}

// report passes on an orphan.
func (s *Session) report(ctx context.Context, o *job.Orphan) {
	s.services.Progress.Say("%s", o)
	if o.Err != nil {
		s.services.Logger.WarnContext(ctx, "cmekpipe: the key of a job of a launch that did not finish could not be confirmed",
			"job", o.Job.String(), "state", string(o.Job.State), "code", string(cmekpipe.CodeOf(o.Err)))
	}
	s.found(o)
}

// refuseDouble refuses to start a job next to one of an earlier launch, or after one that ran to its end without anybody being
// told, that does the same with its key. What Dataflow refuses itself is left to it.
func (s *Session) refuseDouble(ctx context.Context, mine journal.Record, same func(a, b journal.Record) bool) error {
	for _, f := range s.earlier.Like(mine, same) {
		o := f.Orphan
		switch {
		case o.Err != nil, o.Job.State.Ended() && (o.Job.State != job.Done || f.Told), f.Told && f.Named:
			continue
		}
		if f.Checked && !f.Told {
			s.report(ctx, o)
		}
		if o.Job.State == job.Done {
			s.log.End(ctx, f.Entry) // from now on it is known
		}
		return s.doubled(f, mine)
	}
	return nil
}

// doubled is the error of a launch whose job another launch has started already.
func (s *Session) doubled(f *journal.Found, mine journal.Record) error {
	o := f.Orphan
	with := " with key " + o.Job.Key.String()
	if o.Undecided {
		with = ", whose launcher has not set its key"
	}
	cancel := "gcloud dataflow jobs cancel " + o.Job.ID + " --project=" + o.Job.Project + " --region=" + o.Job.Region
	hint := "wait for its end, or cancel it: " + cancel
	switch {
	case o.Job.State == job.Done:
		hint = "check what it wrote: " + o.Job.ConsoleURL() + "; to run the pipeline once more, call this launch again, which is not refused"
	case !f.Named:
		hint += "; to run a second job next to it, set job_name"
	}
	which := "an earlier launch that did not finish started this job already"
	if f.Told {
		which = "an earlier launch started this job already"
	}
	return &cmekpipe.Error{Op: s.services.Jobs.Op, Code: cmekpipe.AlreadyExists, Resource: o.Job.String(), Hint: hint,
		Err: errors.New(which + ": got it in " + string(o.Job.State) + with + ", want none before this launch with key " + mine.Key.String())}
}
