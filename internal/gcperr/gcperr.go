// Package gcperr turns the errors of Google's clients into [*cmekpipe.Error]: it reads the status codes, reasons and message
// texts of Google's services, and says which errors are transient.
//
// It links no client. Package bqerr below it reads the errors that only BigQuery's own types describe.
package gcperr

import (
	"context"
	"errors"
	"fmt"

	"google.golang.org/api/googleapi"
	"google.golang.org/grpc/status"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/explain"
)

// New returns an error with a code that is known, with the remedy of package explain for it. [Wrap] finds the code itself.
func New(code cmekpipe.Code, op, resource string, key cmekpipe.KeyName, err error) *cmekpipe.Error {
	c := explain.Case{Code: code, Resource: resource, Key: key}
	if err != nil {
		c.Message = message(err)
	}
	return &cmekpipe.Error{Op: op, Code: code, Resource: resource, Hint: explain.Remedy(c), Err: err}
}

// message is all that a service said. The text of an error over HTTP leaves the body out if there is a message.
func message(err error) string {
	if e, ok := errors.AsType[*googleapi.Error](err); ok {
		return e.Message + " " + e.Body
	}
	return err.Error()
}

// Wrap returns err as a [*cmekpipe.Error] of operation op on a resource that key encrypts or should encrypt. It returns nil,
// an error of a context and a [*cmekpipe.Error] unchanged.
func Wrap(op, resource string, key cmekpipe.KeyName, err error) error {
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	if _, ok := errors.AsType[*cmekpipe.Error](err); ok {
		return err
	}
	return New(Code(err), op, resource, key, err)
}

// WrapCall is [Wrap] for a call that was made with ctx. Some of Google's clients give up on a call after a time limit of
// their own and return the error of a context although the caller's context has not ended: that is [cmekpipe.Unavailable].
func WrapCall(ctx context.Context, op, resource string, key cmekpipe.KeyName, err error) error {
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		return New(cmekpipe.Unavailable, op, resource, key, errors.New("the service did not answer in time"))
	}
	return Wrap(op, resource, key, err)
}

// Redact removes the text of a service's error err from the error that [Wrap] or [WrapCall] made of it, for calls that carry
// user data, which the text may quote. Code and hint stay, because neither holds data. An error of this module that was only
// passed on is returned as it is.
func Redact(wrapped, err error) error {
	if e, ok := wrapped.(*cmekpipe.Error); ok && err != nil && e.Err == err { //nolint:errorlint // just what Wrap made
		e.Err = redacted(err)
	}
	return wrapped
}

func redacted(err error) error {
	const left = "; the rest of the message is left out, because it may quote data"
	if e, ok := errors.AsType[*googleapi.Error](err); ok {
		return fmt.Errorf("got HTTP status %d%s", e.Code, left)
	}
	if s, ok := status.FromError(err); ok {
		return fmt.Errorf("got gRPC code %v%s", s.Code(), left)
	}
	return err
}
