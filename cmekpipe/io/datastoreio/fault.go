package datastoreio

import (
	"context"
	"errors"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
	"github.com/cmekpipe/cmekpipe-go/internal/keycheck/diagnose"
	"github.com/cmekpipe/cmekpipe-go/internal/retry"
)

// fault returns an error of a call with entities as a *cmekpipe.Error.
func (w *writer) fault(ctx context.Context, err error) error {
	return dataFault(ctx, w.Op, w.Database.String(), w.Database.Key(), err)
}

// resourceFault types an error of a call about the database, whose text quotes no entity.
func (w *writer) resourceFault(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if timedOut(err) {
		return gcperr.WrapCall(ctx, w.Op, w.Database.String(), w.Database.Key(), err)
	}
	return diagnose.Wrap(ctx, w.Op, w.Database.String(), w.Database.Key(), err)
}

// dataFault types an error of a call with entities and leaves out of its text what may be of one.
func dataFault(ctx context.Context, op, resource string, key cmekpipe.KeyName, err error) error {
	if _, typed := errors.AsType[*cmekpipe.Error](err); typed || err == nil {
		return err
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if timedOut(err) {
		return gcperr.WrapCall(ctx, op, resource, key, err)
	}
	e, ok := errors.AsType[*cmekpipe.Error](diagnose.Wrap(ctx, op, resource, key, err))
	if !ok {
		return err // of a context
	}
	return &cmekpipe.Error{Op: op, Code: e.Code, Resource: resource, Hint: dataHint(e), Err: errors.New(gcperr.DatastoreText(err))}
}

// timedOut reports whether Datastore did not answer in time: such an error has no text of the service.
func timedOut(err error) bool {
	return errors.Is(err, context.DeadlineExceeded) || errors.Is(err, retry.ErrTimeout)
}

// dataHint says what to do where the advice for resources does not fit entities.
func dataHint(e *cmekpipe.Error) string {
	if e.Code == cmekpipe.InvalidOptions {
		return "compare the entities with https://docs.cloud.google.com/datastore/docs/concepts/limits; " +
			"texts of more than 1,500 bytes are tagged noindex"
	}
	return e.Hint
}
