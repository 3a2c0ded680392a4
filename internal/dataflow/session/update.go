package session

import (
	"context"
	"errors"

	api "google.golang.org/api/dataflow/v1b3"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// Replaceable finds the job of a name that an update is to replace, and refuses one that would not keep its key. It
// changes nothing.
func (s *Services) Replaceable(ctx context.Context, name string) (*api.Job, error) {
	found, err := s.Jobs.Replaceable(ctx, name)
	if err != nil {
		return nil, err
	}
	if found.Unseen != "" {
		s.Logger.WarnContext(ctx, "cmekpipe: the job to update has state of a job that can't be read any more; "+
			"if that job began before 2024-03-08, keys of elements may not be encrypted with the customer's key: drain it and launch without update",
			"job", s.Jobs.Resource(found.Job.Id), "unseen", found.Unseen)
	}
	return found.Job, nil
}

// NotReplaced adds to the error of a launch the state of the job that it was to replace, if any. A context's error
// stays itself.
func (s *Services) NotReplaced(ctx context.Context, replaces string, err error) error {
	if replaces == "" {
		return err
	}
	fate := s.Jobs.AfterFailedUpdate(ctx, replaces)
	s.Progress.Say("%s", fate)
	if e, ok := errors.AsType[*cmekpipe.Error](err); ok {
		e.Hint += "; " + fate
	}
	return err
}
