package template

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	api "google.golang.org/api/dataflow/v1b3"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/session"
)

// Spec is the specification of a Flex Template, apart from what the job options say: key, folders, region and workers.
type Spec struct {
	// Image is the container whose program creates the job. Required.
	Image string
	// Language is the SDK's: "GO", "JAVA", "PYTHON" or "YAML". Default: "GO".
	Language string
	// Name and Description are what people are shown. Name is required.
	Name, Description string
	// Streaming says that the jobs are streaming jobs.
	Streaming bool
	// Parameters are the pipeline's own. WriteSpec adds those of the job options.
	Parameters []Parameter
}

// WriteSpec writes the specification of a Flex Template to a gs:// URL, encrypted with the key of the options. Its defaults are the
// options': a launch by other means than [LaunchFlex] that names nothing has key, folders and region from them.
//
// The parameters dataflow_kms_key, temp_location, staging_location and region, which [cmekpipe.FromFlags] reads, are
// described with the forms that this module accepts, so that Dataflow refuses others: the key and the region must be those of
// the options. They are optional, because Dataflow refuses an option that comes both as parameter and by default.
func WriteSpec(ctx context.Context, opts *cmekpipe.Options, url string, spec Spec, options ...Option) error {
	if err := checkOptions(specOp, opts, staged); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if _, err := objectAt(specOp, opts, url); err != nil {
		return err
	}
	if strings.HasSuffix(url, "/") {
		return session.Refuse(specOp, cmekpipe.InvalidName, url, "got the URL of a folder, want that of a file", "use "+url+"template.json")
	}
	if err := spec.check(opts.Key()); err != nil {
		return err
	}
	if err := session.CheckEnvironment(specOp); err != nil {
		return err
	}
	services, err := session.Connect(ctx, specOp, opts, newSettings(ctx, options))
	if err != nil {
		return err
	}
	defer services.Storage.Close() //nolint:errcheck // every upload was closed and checked
	if err := services.Buckets(ctx, url); err != nil {
		return err
	}
	if err := services.KeyedBuckets(ctx, opts.TempLocation().String(), opts.StagingLocation().String()); err != nil {
		return err
	}
	text, err := json.MarshalIndent(spec.container(opts), "", "  ")
	if err != nil {
		return &cmekpipe.Error{Op: specOp, Code: cmekpipe.Internal, Resource: url, Err: err}
	}
	area := services.Staging()
	if err := area.Write(ctx, url, append(text, '\n')); err != nil {
		return err
	}
	services.Progress.Say("template %s was written and is encrypted with %s", url, opts.Key())
	return nil
}

// container is the specification as the API has it.
func (s Spec) container(opts *cmekpipe.Options) *api.ContainerSpec {
	metadata := &api.TemplateMetadata{Name: s.Name, Description: s.Description, Streaming: s.Streaming}
	for _, p := range slices.Concat(ofOptions(), s.Parameters) {
		metadata.Parameters = append(metadata.Parameters, p.metadata(opts))
	}
	environment := flexEnvironment(opts, opts.Labels(), nil)
	return &api.ContainerSpec{Image: s.Image, SdkInfo: &api.SDKInfo{Language: s.language()}, Metadata: metadata,
		DefaultEnvironment: environment}
}

func (s Spec) language() string {
	if s.Language == "" {
		return "GO"
	}
	return s.Language
}

// check refuses a specification that Dataflow would refuse, or whose defaults contradict the key.
func (s Spec) check(key cmekpipe.KeyName) error {
	switch {
	case s.Image == "":
		return session.Refuse(specOp, cmekpipe.InvalidOptions, "image", "got no image, want the launcher's", "set Spec.Image")
	case s.Name == "":
		return session.Refuse(specOp, cmekpipe.InvalidOptions, "name", "got no name, want one for people to read", "set Spec.Name")
	case !slices.Contains([]string{"GO", "JAVA", "PYTHON", "YAML"}, s.language()):
		return session.Refuse(specOp, cmekpipe.InvalidOptions, "language", "got a language that Dataflow has no launcher for",
			"set Spec.Language to GO, JAVA, PYTHON or YAML")
	}
	taken := make(map[string]bool)
	for _, p := range slices.Concat(ofOptions(), s.Parameters) {
		if taken[cmekpipe.NormalizeOptionName(p.Name)] {
			return session.Refuse(specOp, cmekpipe.InvalidOptions, p.Name, "got a parameter that is there already, in this spelling or another",
				"give it another name; those of key, folders and region are there without being given")
		}
		taken[cmekpipe.NormalizeOptionName(p.Name)] = true
		if err := p.check(key); err != nil {
			return err
		}
	}
	return nil
}
