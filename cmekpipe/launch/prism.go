package launch

import (
	"context"
	"sync"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/graph"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/runtime/graphx"
	jobpb "github.com/apache/beam/sdks/v2/go/pkg/beam/model/jobmanagement_v1"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/runners/prism"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/runners/universal/extworker"

	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/crosslang"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/translation"
)

// prismServer starts Prism once for the whole process, because Beam has no way to stop it. Beam's own entry to Prism
// does the same, but through unguarded flags of the process, and lets a flag send the pipeline to another machine.
var prismServer = sync.OnceValues(func() (jobpb.JobServiceClient, error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	return prism.CreateJobServer(ctx, prism.Options{})
})

// prismEdges builds the pipeline, and refuses what Prism can't run.
func (l *launch) prismEdges() ([]*graph.MultiEdge, error) {
	if err := l.checkShadowed(); err != nil {
		return nil, err
	}
	edges, _, err := l.pipeline.Build()
	if err != nil {
		return nil, l.runnerError(err)
	}
	return edges, crosslang.CheckLocal(l.op, edges, l.result.Coverage)
}

// prism runs the pipeline in this process: Prism as the runner, and a worker that it reaches over loopback.
func (l *launch) prism(ctx context.Context) error {
	edges, err := l.prismEdges()
	if err != nil {
		return err
	}
	client, err := prismServer()
	if err != nil {
		return l.runnerError(err)
	}
	// The job is what ends with ctx. Were its worker to end first, the job would fail instead of being cancelled.
	worker, err := extworker.StartLoopback(context.WithoutCancel(ctx), 0)
	if err != nil {
		return l.runnerError(err)
	}
	// Stopping the worker continues after ctx has ended.
	defer worker.Stop(context.WithoutCancel(ctx)) //nolint:errcheck // it never fails
	environment, err := graphx.CreateEnvironment(ctx, graphx.URNEnvExternal, worker.EnvironmentConfig)
	if err != nil {
		return l.runnerError(err)
	}
	model, err := translation.Marshal(edges, environment, l.opts.Environment().ResourceHints)
	if err != nil {
		return l.runnerError(err)
	}
	return l.runPrismJob(ctx, client, model)
}
