package journal

import (
	"context"
	"errors"
	"time"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/job"
)

// forget is how long a record without a visible job is kept: longer than the timeout of any call.
const forget = 10 * time.Minute

// Recovery is what was found of the launches before this one.
type Recovery struct {
	log     *Log
	found   []found
	pending []*Entry // their jobs are not visible yet, or were never created
}

// found is a job that a launch left behind, and the record of that launch.
type found struct {
	record Record
	orphan *job.Orphan
}

// Recover reads every record: it confirms the key of the job that the launch created, or cancels the job. It waits for jobs
// that may not be visible yet only if they are the same job as mine. An error means that a job could not be cancelled, or
// that the same job could not be searched for; the Recovery holds what was found until then.
func (l *Log) Recover(ctx context.Context, mine Record) (*Recovery, error) {
	r := &Recovery{log: l}
	entries, err := l.entries(ctx)
	if err != nil {
		return r, err
	}
	var failures []error
	for _, e := range entries {
		if err := r.recover(ctx, e, e.SameJob(mine)); err != nil {
			if ctx.Err() != nil {
				return r, err
			}
			failures = append(failures, err)
		}
	}
	return r, errors.Join(failures...)
}

// Orphans returns the jobs that were found.
func (r *Recovery) Orphans() []*job.Orphan {
	var all []*job.Orphan
	for _, f := range r.found {
		all = append(all, f.orphan)
	}
	return all
}

// Like returns the jobs that were found of launches that are the same as mine.
func (r *Recovery) Like(mine Record, same func(a, b Record) bool) []*job.Orphan {
	var all []*job.Orphan
	for _, f := range r.found {
		if same(f.record, mine) {
			all = append(all, f.orphan)
		}
	}
	return all
}

// Await waits for the jobs of launches of the same pipeline with generated names, which Dataflow would let run next to mine.
func (r *Recovery) Await(ctx context.Context, mine Record) error {
	pending := r.pending
	r.pending = nil
	for _, e := range pending {
		if !e.SamePipeline(mine) {
			r.pending = append(r.pending, e)
			continue
		}
		if err := r.recover(ctx, e, true); err != nil {
			return err
		}
	}
	return nil
}

// Outrun removes the records of the same job as mine whose job was not visible: now that mine runs, none can appear.
func (r *Recovery) Outrun(ctx context.Context, mine Record) {
	for _, e := range r.pending {
		if e.SameJob(mine) {
			r.log.End(ctx, e)
		}
	}
}

// recover recovers the job of one record. If the job must be found, failing to search for it is an error.
func (r *Recovery) recover(ctx context.Context, e *Entry, must bool) error {
	service := r.log.Jobs
	service.Project, service.Region, service.Key = e.Project, e.Region, e.Key
	orphan, err := service.Recover(ctx, e.request(), must)
	switch {
	case orphan != nil:
		r.found = append(r.found, found{e.Record, orphan})
		// The record of a job whose name was generated stays while the job runs, for Await; so does that of one that could
		// not be stopped, or whose launcher has not set its key.
		if orphan.Job.State.Ended() || orphan.Err == nil && e.Named && !orphan.Undecided {
			r.log.End(ctx, e)
		}
		return err
	case err != nil && (must || ctx.Err() != nil):
		return err
	case err != nil:
		r.log.warn(ctx, "names a job that can't be searched for", e, string(cmekpipe.CodeOf(err)))
		return nil
	case time.Since(e.created) > forget:
		r.log.End(ctx, e)
		return nil
	}
	r.pending = append(r.pending, e)
	return nil
}
