package template

import (
	"context"

	api "google.golang.org/api/dataflow/v1b3"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// classic is a template that holds the job itself.
type classic struct{}

func (*classic) refused(opts *cmekpipe.Options) []option { return stagedClassic(opts) }

func (*classic) places(opts *cmekpipe.Options) []string {
	return []string{opts.TempLocation().String()}
}

func (*classic) launches() bool { return false }

// inspect reads no more of the job than it needs, because SDKs write the other parts in several ways.
func (*classic) inspect(l *launcher, stored fields) ([]string, error) {
	kind := stored.text("type")
	if kind == "" {
		hint := "stage one with launch.Run and option template_location"
		if stored.text("image") != "" {
			hint = "launch the specification of a Flex Template with template.LaunchFlex"
		}
		return nil, l.refuse(cmekpipe.InvalidOptions, "got a file that is no classic template", hint)
	}
	if l.opts.Update() && kind != "JOB_TYPE_STREAMING" {
		return nil, l.refuse(cmekpipe.Unsupported, "got "+kind+" to update with, want a streaming job: no other can replace a job",
			"launch without update")
	}
	o := &options{}
	if err := l.inspectStored(o, stored, "environment", "serviceKmsKeyName"); err != nil {
		return nil, err
	}
	return o.temp, nil
}

func (*classic) start(ctx context.Context, l *launcher, a *attempt, validateOnly bool) (*api.Job, error) {
	call := l.services.Jobs.API.Projects.Locations.Templates.Launch(l.opts.Project(), l.opts.Region(), l.classicParameters(a)).
		GcsPath(l.Template).Context(ctx)
	if validateOnly {
		call = call.ValidateOnly(true)
	}
	answer, err := call.Do()
	if err != nil {
		return nil, err
	}
	return answer.Job, nil
}

func (l *launcher) classicParameters(a *attempt) *api.LaunchTemplateParameters {
	return &api.LaunchTemplateParameters{
		JobName: a.name, Parameters: l.Parameters, Update: l.opts.Update(), TransformNameMapping: l.opts.TransformNameMapping(),
		Environment: runtimeEnvironment(l.opts, labelled(l.opts, a.request), l.PipelineOptions),
	}
}
