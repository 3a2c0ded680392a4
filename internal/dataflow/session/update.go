package session

import (
	"context"
	"errors"

	api "google.golang.org/api/dataflow/v1b3"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// Replaceable finds the job of a name that an update is to replace, and refuses what would not stay under the key. It
// changes nothing.
func (s *Services) Replaceable(ctx context.Context, name string) (*api.Job, error) {
	found, err := s.Jobs.Replaceable(ctx, name)
	if err != nil {
		return nil, err
	}
	if found.Unseen != "" {
		s.Logger.WarnContext(ctx, "cmekpipe: the job to update carries state of a job that can't be seen any more; "+
			"if that began before 2024-03-08, keys of elements may rest outside the customer's key: drain it and launch anew",
			"job", s.Jobs.Resource(found.Job.Id), "unseen", found.Unseen)
	}
	return found.Job, nil
}

// NotReplaced adds to the error of a launch what became of the job that it was to replace, if it was to. A context's error
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
