package launch

import (
	"context"
	"errors"
	"regexp"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// refuse is the error of a launch that is refused for a reason of its own.
func refuse(code cmekpipe.Code, resource, reason, hint string) error {
	return &cmekpipe.Error{Op: op, Code: code, Resource: resource, Hint: hint, Err: errors.New(reason)}
}

// runnerError is what a runner said when a job failed. Workers put elements and stack traces into their errors, so that
// its text is only what is known to hold none; the runner's own error is behind Unwrap.
type runnerError struct {
	text string
	err  error
}

func (e *runnerError) Error() string { return e.text }
func (e *runnerError) Unwrap() error { return e.err }

// ended is the error of a job that ran. A context that ended explains everything else.
func (l *launcher) ended(ctx context.Context, runner string, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return l.failed(runner, err)
}

// failed turns a runner's error into the error of this module that a worker met, if its text tells of one.
func (l *launcher) failed(runner string, err error) error {
	if e, ok := errors.AsType[*cmekpipe.Error](err); ok {
		return e
	}
	if e, ok := cmekpipe.FindError(err.Error()); ok {
		e.Err = &runnerError{e.Err.Error(), err}
		return e
	}
	return &cmekpipe.Error{Op: op, Code: cmekpipe.JobFailed, Resource: "runner " + runner,
		Hint: "see the runner's log; its own message, which may hold user data, is behind Unwrap of the cause",
		Err:  &runnerError{"the job failed" + place(err.Error()), err}}
}

// place says which DoFn a runner's message is about: " in main.parseFn". Names of Go identifiers are no user data.
func place(message string) string {
	found := regexp.MustCompile(`\bName: ([\w./*()-]+)\]`).FindStringSubmatch(message)
	if found == nil {
		return ""
	}
	return " in " + found[1]
}
