package translation

import (
	"context"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/graph"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/runtime/graphx"
	pipepb "github.com/apache/beam/sdks/v2/go/pkg/beam/model/pipeline_v1"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/runners/dataflow/dataflowlib"
	api "google.golang.org/api/dataflow/v1b3"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/canonical"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/crosslang"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/session"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/staging"
)

// Translation is a pipeline in the terms of Dataflow.
type Translation struct {
	// Model is Beam's model of the pipeline.
	Model *pipepb.Pipeline
	// OtherSDKs are the environments of the model that are not this SDK's.
	OtherSDKs []crosslang.Environment

	key     cmekpipe.KeyName
	options *dataflowlib.JobOptions
}

// New translates a pipeline's graph. op is the operation that errors of this module name; Beam's own errors come back as
// they are.
func New(ctx context.Context, op string, opts *cmekpipe.Options, edges []*graph.MultiEdge, nodes []*graph.Node) (*Translation, error) {
	others, err := crosslang.Environments(op, edges)
	if err != nil {
		return nil, err
	}
	options := jobOptions(opts, !graph.Bounded(nodes))
	image := func(context.Context) string { return options.ContainerImage }
	environment, err := graphx.CreateEnvironment(ctx, graphx.URNEnvDocker, image)
	if err != nil {
		return nil, err
	}
	model, err := Marshal(edges, environment, opts.Environment().ResourceHints)
	if err != nil {
		return nil, err
	}
	crosslang.CopyTo(model, others)
	if err := overrideImages(model, opts.Environment().SDKContainerImageOverrides); err != nil {
		return nil, err
	}
	return &Translation{Model: model, OtherSDKs: others, key: opts.Key(), options: options}, nil
}

// Marshal turns a graph into Beam's model, with resource hints for the whole pipeline.
func Marshal(edges []*graph.MultiEdge, environment *pipepb.Environment, hints []string) (*pipepb.Pipeline, error) {
	return canonical.Marshal(edges, &graphx.Options{Environment: environment, PipelineResourceHints: resourceHints(hints)})
}

// Streaming reports whether the job is a streaming job.
func (t *Translation) Streaming() bool { return t.options.Streaming }

// JobName returns the job's name, generated if the options have none.
func (t *Translation) JobName() string { return t.options.Name }

// WorkerOptions are the program's own options, which are sent to the workers. They hold the user's data.
func (t *Translation) WorkerOptions() map[string]string { return t.options.Options.Options }

// TransformNames returns the names of a model's transforms.
func TransformNames(model *pipepb.Pipeline) []string {
	var names []string
	for _, t := range model.GetComponents().GetTransforms() {
		names = append(names, t.GetUniqueName())
	}
	return names
}

// Job returns the job that refers to the staged worker, model and files of other SDKs.
func (t *Translation) Job(ctx context.Context, worker, model *staging.File, others *crosslang.Staged) (*api.Job, error) {
	t.options.WorkerHash, t.options.ArtifactURLs = worker.Hash, others.URLs()
	job, err := dataflowlib.Translate(ctx, t.Model, t.options, worker.URL, model.URL, model.Hash)
	if err != nil {
		return nil, err
	}
	others.SetHashes(job)
	if err := setKeyForOtherSDKs(job, t.key); err != nil {
		return nil, err
	}
	if job.Environment.SdkPipelineOptions, err = sortDisplayData(job.Environment.SdkPipelineOptions); err != nil {
		return nil, err
	}
	// The service refuses a second job with this id, so that the call can be repeated after an answer was lost.
	job.ClientRequestId = session.RequestID()
	return job, nil
}
