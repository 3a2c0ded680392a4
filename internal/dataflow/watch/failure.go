package watch

import (
	"context"
	"errors"
	"regexp"

	api "google.golang.org/api/dataflow/v1b3"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/explain"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/jobs"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
	"github.com/cmekpipe/cmekpipe-go/internal/retry"
)

// failure says why a job failed or was cancelled, from its messages: the error that a worker met, or what Dataflow says
// about the key, or what another service said to a worker about a key, or else what Dataflow says about the job.
func (w *watcher) failure(ctx context.Context) error {
	texts, err := w.errorMessages(ctx)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	for _, text := range texts {
		if e, ok := cmekpipe.FindError(text); ok {
			e.Err = &jobs.Withheld{Text: e.Err.Error(), Err: errors.New(text)}
			return e
		}
	}
	if e := w.keyFailure(texts); e != nil {
		return e
	}
	return &cmekpipe.Error{Op: w.jobs.Op, Code: cmekpipe.JobFailed, Resource: w.job.String(), Hint: "see " + w.job.ConsoleURL(),
		Err: &jobs.Withheld{Text: w.jobText(texts), Err: errors.Join(append(toErrors(texts), err)...)}}
}

// aboutKeys matches messages about keys, so that a user's own words are not mistaken for a service's.
var aboutKeys = regexp.MustCompile(`(?i)kms|cryptokey|encryption key|external key|cmek`)

// keyFailure is the error of a job that could not continue because of a key, or nil. What the service itself says counts
// more than what it repeats.
func (w *watcher) keyFailure(texts []string) *cmekpipe.Error {
	var repeated *cmekpipe.Error
	for _, text := range texts {
		fault, ok := explain.FindFault(text)
		if !ok || !aboutKeys.MatchString(text) {
			continue
		}
		own, isOwn := gcperr.DataflowText(text)
		says := fault.Cause
		if isOwn {
			says += ": " + own
		}
		e := &cmekpipe.Error{Op: w.jobs.Op, Code: fault.Code, Resource: w.job.String(), Err: &jobs.Withheld{Text: says, Err: errors.New(text)},
			Hint: explain.Remedy(explain.Case{Code: fault.Code, Message: text, Key: w.job.Key, Project: w.job.Project, Region: w.job.Region})}
		if isOwn {
			return e
		}
		if repeated == nil {
			repeated = e
		}
	}
	return repeated
}

// errorMessages reads the job's messages of level error, oldest first. They may appear after the job's last state.
func (w *watcher) errorMessages(ctx context.Context) (texts []string, err error) {
	const readings = 3
	for n := range readings {
		if n > 0 {
			if err := w.Pace.Wait(ctx, n-1); err != nil {
				return nil, err
			}
		}
		if texts, err = w.listErrors(ctx); err != nil || len(texts) > 0 {
			break
		}
	}
	return texts, err
}

func (w *watcher) listErrors(ctx context.Context) ([]string, error) {
	var texts []string
	err := retry.Do(ctx, w.Pace.Policy, func(ctx context.Context) error {
		texts = nil
		call := w.jobs.API.Projects.Locations.Jobs.Messages.List(w.job.Project, w.job.Region, w.job.ID).
			MinimumImportance("JOB_MESSAGE_ERROR")
		return call.Pages(ctx, func(page *api.ListJobMessagesResponse) error {
			for _, m := range page.JobMessages {
				texts = append(texts, m.MessageText)
			}
			return nil
		})
	})
	return texts, err
}

// jobText is what the service itself says about a job that ended early. What workers wrote may hold user data, and is shown
// on the loopback cloud only.
func (w *watcher) jobText(texts []string) string {
	text := "the job ended in " + string(w.job.State)
	for _, t := range texts {
		if own, ok := gcperr.DataflowText(t); ok {
			return text + ": " + own
		}
	}
	if len(texts) > 0 && w.ShowData {
		return text + ": " + texts[0]
	}
	return text
}

func toErrors(texts []string) []error {
	errs := make([]error, len(texts))
	for i, text := range texts {
		errs[i] = errors.New(text)
	}
	return errs
}
