package launch

import (
	"context"
	"strings"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/options/jobopts"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/runners/universal"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// portable runs the pipeline on a job service of others, such as Flink's or Spark's, through Beam's own runner, which
// takes its settings from Beam's flags. Beam calls that runner flink, spark and universal alike.
func (l *launcher) portable(ctx context.Context) error {
	config := l.opts.Config()
	if *jobopts.Endpoint == "" {
		return refuse(cmekpipe.InvalidOptions, "endpoint", "got no job service, want the address of the one that runner "+config.Runner+" is",
			"set --endpoint=HOST:PORT")
	}
	if name := ignored(config); name != "" {
		return refuse(cmekpipe.InvalidOptions, name, "got another value than Beam's flag has, which alone runner "+config.Runner+" reads",
			"set the flag and take the options from cmekpipe.FromFlags")
	}
	result, err := universal.Execute(ctx, l.pipeline)
	if err != nil {
		return l.ended(ctx, config.Runner, err)
	}
	if !*jobopts.Async { // Beam's result of a job that was not waited for panics when it is asked
		l.result.Metrics = result.Metrics()
	}
	return nil
}

// ignored names an option that says something else than the flag from which Beam's runner takes it, so that the job would
// silently be another one than was asked for.
func ignored(c cmekpipe.Config) string {
	switch {
	case c.JobName != *jobopts.JobName:
		return "job_name"
	case c.Async != *jobopts.Async:
		return "async"
	case c.WorkerBinary != *jobopts.WorkerBinary:
		return "worker_binary"
	case strings.Join(c.Experiments, ",") != *jobopts.Experiments:
		return "experiments"
	case !strings.EqualFold(c.EnvironmentType, *jobopts.EnvironmentType):
		return "environment_type"
	}
	return ""
}
