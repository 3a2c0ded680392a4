package journal

import (
	"context"
	"errors"
	"slices"
)

// Like returns the jobs that were found of launches that are the same as mine.
func (r *Search) Like(mine Record, same func(a, b Record) bool) (like []*Found) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, f := range r.all {
		if same(f.Record, mine) {
			like = append(like, f)
		}
	}
	return like
}

// Wait waits until no job of launches that are the same as mine can appear any more. It fails if such a job could not be searched
// for or stopped.
func (r *Search) Wait(ctx context.Context, mine Record, same func(a, b Record) bool) error {
	return r.wait(ctx, func(f *followed) bool { return same(f.entry.Record, mine) })
}

// Finish waits until every record that is followed has its job, or none that can come, or until ctx ends. It fails if a job could
// not be stopped. One that could not be searched for, as in a project of others, causes a warning.
func (r *Search) Finish(ctx context.Context) error {
	err := r.wait(ctx, func(*followed) bool { return true })
	r.Abandon()
	r.mu.Lock()
	defer r.mu.Unlock()
	unstopped := func(f *Found) bool { return f.Orphan.Err != nil && !f.Orphan.Job.State.Ended() }
	if ctx.Err() != nil || slices.ContainsFunc(r.all, unstopped) {
		return err
	}
	return nil
}

// Abandon stops following records: the next launch begins again. A job that is being cancelled is waited for.
func (r *Search) Abandon() {
	r.stop()
	for _, f := range r.snapshot() {
		<-f.done
	}
}

// wait waits for the records that count.
func (r *Search) wait(ctx context.Context, counts func(*followed) bool) error {
	var failures []error
	for _, f := range r.snapshot() {
		if !counts(f) {
			continue
		}
		select {
		case <-f.done:
			failures = append(failures, f.err)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return errors.Join(failures...)
}

func (r *Search) snapshot() []*followed {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.followed)
}
