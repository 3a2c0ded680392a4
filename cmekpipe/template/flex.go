package template

import (
	"context"

	api "google.golang.org/api/dataflow/v1b3"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// flex is a template that names a container whose program creates the job.
type flex struct{}

func (*flex) refused(opts *cmekpipe.Options) []option { return staged(opts) }

// places are two: the launcher writes its console and its result into the staging folder, and names no key.
func (*flex) places(opts *cmekpipe.Options) []string {
	return []string{opts.TempLocation().String(), opts.StagingLocation().String()}
}

func (*flex) launches() bool { return true }

func (*flex) inspect(l *launcher, stored fields) ([]string, error) {
	if stored.text("image") == "" {
		hint := "write one with template.WriteSpec"
		if stored.text("type") != "" {
			hint = "launch a classic template with template.LaunchClassic"
		}
		return nil, l.refuse(cmekpipe.InvalidOptions, "got a file that is no specification of a Flex Template", hint)
	}
	o := &options{}
	for _, metadata := range stored.objects("metadata") {
		for _, p := range metadata.objects("parameters") {
			o.add(p.text("name"), p.text("defaultValue"))
		}
	}
	if err := l.inspectStored(o, stored, "defaultEnvironment", "kmsKeyName"); err != nil {
		return nil, err
	}
	return append(o.temp, o.staging...), nil
}

func (*flex) start(ctx context.Context, l *launcher, a *attempt, validateOnly bool) (*api.Job, error) {
	request := &api.LaunchFlexTemplateRequest{LaunchParameter: l.flexParameters(a), ValidateOnly: validateOnly}
	answer, err := l.services.Jobs.API.Projects.Locations.FlexTemplates.Launch(l.opts.Project(), l.opts.Region(), request).
		Context(ctx).Do()
	if err != nil {
		return nil, err
	}
	return answer.Job, nil
}

func (l *launcher) flexParameters(a *attempt) *api.LaunchFlexTemplateParameter {
	path := l.Template
	if l.inline != nil {
		path = ""
	}
	return &api.LaunchFlexTemplateParameter{
		ContainerSpecGcsPath: path, ContainerSpec: l.inline, JobName: a.name, Parameters: l.Parameters, Update: l.opts.Update(),
		TransformNameMappings: l.opts.TransformNameMapping(),
		Environment:           flexEnvironment(l.opts, labelled(l.opts, a.request), l.PipelineOptions),
	}
}
