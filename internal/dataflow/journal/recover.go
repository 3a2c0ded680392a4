package journal

import (
	"context"
	"errors"
	"time"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/jobs"
)

// forget is how long a record is kept whose job nobody can see: longer than any call takes.
const forget = 10 * time.Minute

// Orphan is a job that a launch left behind.
type Orphan struct {
	*Entry
	*jobs.Recovered
}

// Resource returns the job's full resource name.
func (o *Orphan) Resource() string {
	return "projects/" + o.Project + "/locations/" + o.Region + "/jobs/" + o.ID
}

// String says what was found and done in one line.
func (o *Orphan) String() string {
	found := "job " + o.Resource() + " of a launch that did not finish "
	switch {
	case o.Fault != nil:
		return found + "is now " + o.State + ", because its key could not be proven: " + o.Fault.Error()
	case o.Undecided:
		return found + "is " + o.State + ", and its launcher has not decided its key yet; it was left alone, and the next " +
			"launch looks at it again"
	}
	return found + "is " + o.State + " and rests under " + o.Key.String() + "; it was left alone"
}

// Recovery is what became of the launches before this one.
type Recovery struct {
	// Orphans are the jobs that were found.
	Orphans []*Orphan

	log     *Log
	pending []*Entry // no job can be seen yet, or none ever came of it
}

// Recover looks at every record: it proves the key of the job that came of it, or cancels the job. It waits for jobs that
// may not be visible yet only if they are the same job as mine. The error says that a job could not be cancelled, or that
// nobody could look for the same job; what was found until then is there with it.
func (l *Log) Recover(ctx context.Context, mine Record) (*Recovery, error) {
	r := &Recovery{log: l}
	entries, err := l.entries(ctx)
	if err != nil {
		return r, err
	}
	var faults []error
	for _, e := range entries {
		if err := r.look(ctx, e, e.SameJob(mine)); err != nil {
			if ctx.Err() != nil {
				return r, err
			}
			faults = append(faults, err)
		}
	}
	return r, errors.Join(faults...)
}

// Await waits for the jobs of launches of the same pipeline under names that nobody chose, which Dataflow would let run
// beside mine.
func (r *Recovery) Await(ctx context.Context, mine Record) error {
	pending := r.pending
	r.pending = nil
	for _, e := range pending {
		if !e.SamePipeline(mine) {
			r.pending = append(r.pending, e)
			continue
		}
		if err := r.look(ctx, e, true); err != nil {
			return err
		}
	}
	return nil
}

// Outrun removes records of the same job as mine of which no job could be seen: now that mine runs, none can come of them.
func (r *Recovery) Outrun(ctx context.Context, mine Record) {
	for _, e := range r.pending {
		if e.SameJob(mine) {
			r.log.End(ctx, e)
		}
	}
}

// look recovers the job of one record. A job that must be known for mine must be looked for with success.
func (r *Recovery) look(ctx context.Context, e *Entry, must bool) error {
	service := r.log.Jobs
	service.Project, service.Region, service.Key = e.Project, e.Region, e.Key
	found, err := service.Recover(ctx, e.request(), must)
	switch {
	case found != nil:
		r.Orphans = append(r.Orphans, &Orphan{e, found})
		// The record of a job under a name that nobody chose stays while the job runs, for Await; so does that of one that
		// could not be stopped, or whose launcher has not decided its key.
		if jobs.Ended(found.State) || found.Fault == nil && e.Named && !found.Undecided {
			r.log.End(ctx, e)
		}
		return err
	case err != nil && (must || ctx.Err() != nil):
		return err
	case err != nil:
		r.log.warn(ctx, "names a job that can't be looked for", e, string(cmekpipe.CodeOf(err)))
		return nil
	case time.Since(e.created) > forget:
		r.log.End(ctx, e)
		return nil
	}
	r.pending = append(r.pending, e)
	return nil
}
