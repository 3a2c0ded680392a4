package launch

import (
	"context"
	"errors"
	"strings"

	api "google.golang.org/api/dataflow/v1b3"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflowjob"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
)

// jobFailure says why a job failed or was cancelled, from its messages: the error that a worker met, or what Dataflow
// says about the key, or else what Dataflow says about the job.
func (l *launcher) jobFailure(ctx context.Context, jobs *dataflowjob.Service) error {
	job := l.result.Job
	texts, err := l.errorMessages(ctx, jobs)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	for _, text := range texts {
		if e, ok := cmekpipe.FindError(text); ok {
			e.Err = &runnerError{e.Err.Error(), errors.New(text)}
			return e
		}
	}
	for _, text := range texts {
		if code := gcperr.TextCode(text); code != "" {
			return &cmekpipe.Error{Op: op, Code: code, Resource: job.String(), Hint: l.keyHint(code),
				Err: &runnerError{serviceText(text), errors.New(text)}}
		}
	}
	return &cmekpipe.Error{Op: op, Code: cmekpipe.JobFailed, Resource: job.String(), Hint: "see " + job.ConsoleURL(),
		Err: &runnerError{jobText(job.State, texts), errors.Join(append(toErrors(texts), err)...)}}
}

// errorMessages reads the job's messages of level error, oldest first.
func (l *launcher) errorMessages(ctx context.Context, jobs *dataflowjob.Service) ([]string, error) {
	job := l.result.Job
	var texts []string
	err := l.pace.Retry(ctx, func(ctx context.Context) error {
		texts = nil
		call := jobs.API.Projects.Locations.Jobs.Messages.List(job.Project, job.Region, job.ID).MinimumImportance("JOB_MESSAGE_ERROR")
		return call.Pages(ctx, func(page *api.ListJobMessagesResponse) error {
			for _, m := range page.JobMessages {
				texts = append(texts, m.MessageText)
			}
			return nil
		})
	})
	return texts, err
}

// keyHint says what to do about a key that Dataflow could not use.
func (l *launcher) keyHint(code cmekpipe.Code) string {
	key := l.opts.Key().String()
	switch code {
	case cmekpipe.KeyDenied:
		return "make sure that " + key + " exists, and grant roles/cloudkms.cryptoKeyEncrypterDecrypter on it to the " +
			"Dataflow and the Compute Engine service agent of " + l.opts.Project()
	case cmekpipe.KeyDisabled:
		return "enable the primary version of " + key
	case cmekpipe.LocationMismatch:
		return "use a key in " + l.opts.Region()
	}
	return "check the spelling of " + key + " and that its purpose is ENCRYPT_DECRYPT"
}

// jobText is what the service itself says about a job that ended early; what workers said may hold user data.
func jobText(state string, texts []string) string {
	text := "the job ended in " + state
	for _, t := range texts {
		if strings.HasPrefix(t, "Workflow failed") {
			return text + ": " + serviceText(t)
		}
	}
	return text
}

// serviceText cuts a message of Dataflow where it begins to quote a worker, and keeps it short.
func serviceText(text string) string {
	const limit = 500
	text, _, _ = strings.Cut(text, "\n")
	for _, quoted := range []string{"Error message from worker", "Root cause:"} {
		text, _, _ = strings.Cut(text, quoted)
	}
	if len(text) > limit {
		text = strings.ToValidUTF8(text[:limit], "") + "…"
	}
	return strings.TrimSpace(text)
}

func toErrors(texts []string) []error {
	errs := make([]error, len(texts))
	for i, text := range texts {
		errs[i] = errors.New(text)
	}
	return errs
}
