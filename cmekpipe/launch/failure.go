package launch

import (
	"context"
	"errors"
	"regexp"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/jobs"
)

// ended is the error of a pipeline that ran. A context that ended explains everything else.
func (l *launch) ended(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return l.runnerError(err)
}

// runnerError turns an error of Beam's or of a runner into the error of this module that a worker met, if its text contains
// one. Workers put elements and stack traces into their errors, so that the text of any other is withheld, unless the pipeline
// ran in this process or the launch goes to the loopback cloud.
func (l *launch) runnerError(err error) error {
	if e, ok := errors.AsType[*cmekpipe.Error](err); ok {
		return e
	}
	if e, ok := cmekpipe.FindError(err.Error()); ok {
		e.Err = &jobs.Withheld{Text: e.Err.Error(), Err: err}
		return e
	}
	runner := l.opts.Runner()
	e := &cmekpipe.Error{Op: l.op, Code: cmekpipe.JobFailed, Resource: "runner " + string(runner)}
	text := "the job failed" + inDoFn(err.Error())
	if l.ShowData || runner == cmekpipe.RunnerPrism || runner == cmekpipe.RunnerDirect {
		text += ": " + err.Error()
		e.Hint = "fix what the message names"
	} else {
		e.Hint = "see the runner's log, or print errors.Unwrap of the cause, which is the runner's own error and may hold user data"
	}
	e.Err = &jobs.Withheld{Text: text, Err: err}
	return e
}

// inDoFn says which DoFn a runner's message is about: " in main.parseFn". Names of Go identifiers are no user data.
func inDoFn(message string) string {
	found := regexp.MustCompile(`\bName: ([\w./*()-]+)\]`).FindStringSubmatch(message)
	if found == nil {
		return ""
	}
	return " in " + found[1]
}
