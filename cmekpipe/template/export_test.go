package template

import (
	"time"

	api "google.golang.org/api/dataflow/v1b3"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/jobs"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/session"
	"github.com/cmekpipe/cmekpipe-go/internal/retry"
)

// WithHaste makes launches ask services every few milliseconds, so that tests need not wait, and withhold
// data as they do when they reach Google Cloud.
func WithHaste() Option {
	return Option{func(s *session.Settings) {
		s.Pace = jobs.Timing{Policy: retry.Policy{Initial: time.Millisecond, Max: 20 * time.Millisecond, Attempts: 5},
			SubmitTimeout: time.Second, VisibilityTimeout: 200 * time.Millisecond, StopTimeout: 10 * time.Second}
		s.ShowData = false
	}}
}

// ClassicRequest and FlexRequest are what a launch would send, or why the options are refused.
func ClassicRequest(opts *cmekpipe.Options, l Request) (*api.LaunchTemplateParameters, error) {
	k := &classic{}
	if err := checkOptions(classicOp, opts, k.refused); err != nil {
		return nil, err
	}
	return (&launcher{opts: opts, Request: l}).classicParameters(&attempt{name: "nightly", request: "req"}), nil
}

// FlexRequest is ClassicRequest for a Flex Template.
func FlexRequest(opts *cmekpipe.Options, l Request) (*api.LaunchFlexTemplateParameter, error) {
	k := &flex{}
	if err := checkOptions(flexOp, opts, k.refused); err != nil {
		return nil, err
	}
	return (&launcher{opts: opts, Request: l}).flexParameters(&attempt{name: "nightly", request: "req"}), nil
}

// Inspect holds the environment of a classic template against the key.
func Inspect(opts *cmekpipe.Options, environment []byte) error {
	l := &launcher{opts: opts, op: classicOp, Request: Request{Template: "gs://b/t"}}
	return l.inspectStored(&options{}, fields{"environment": environment}, "environment", "serviceKmsKeyName")
}

// KeyForm and FolderForms are the expressions that values of parameters must match.
func KeyForm() string { return keyForm }

// FolderForms are those of a folder.
func FolderForms() []string { return folderForms() }
