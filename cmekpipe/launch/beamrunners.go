package launch

import (
	"context"
	"strings"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/options/jobopts"
	//lint:ignore SA1019 options may name it as long as Beam has it
	"github.com/apache/beam/sdks/v2/go/pkg/beam/runners/direct"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/runners/universal"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// direct runs the pipeline in this process, through Beam's direct runner, without encoding anything.
func (l *launch) direct(ctx context.Context) error {
	result, err := direct.Execute(ctx, l.pipeline)
	if err != nil {
		return l.ended(ctx, err)
	}
	l.result.Metrics = result.Metrics()
	return nil
}

// jobService runs the pipeline on a job service that somebody else operates, such as Flink's or Spark's, through Beam's
// own runner, which reads its settings from Beam's flags. Beam has one such runner, named flink, spark and universal.
func (l *launch) jobService(ctx context.Context) error {
	if err := l.checkJobService(); err != nil {
		return err
	}
	result, err := universal.Execute(ctx, l.pipeline)
	if err != nil {
		return l.ended(ctx, err)
	}
	if !*jobopts.Async { // Beam's result of a job that was not waited for panics when it is asked
		l.result.Metrics = result.Metrics()
	}
	return nil
}

// checkJobService refuses options without a job service, and those that Beam's runner would ignore.
func (l *launch) checkJobService() error {
	runner := string(l.opts.Runner())
	if *jobopts.Endpoint == "" {
		return l.refuse(cmekpipe.InvalidOptions, "endpoint", "got no job service, want the address of that of runner "+runner,
			"set --endpoint=HOST:PORT")
	}
	if name := ignored(l.opts); name != "" {
		return l.refuse(cmekpipe.InvalidOptions, name, "got a value that differs from Beam's flag, the only one that runner "+runner+" reads",
			"set --"+name+" and build the options with cmekpipe.FromFlags")
	}
	return nil
}

// ignored names an option that differs from the flag from which Beam's runner reads it, so that the job would silently be
// another one than was asked for.
func ignored(opts *cmekpipe.Options) string {
	environment := opts.Environment()
	switch {
	case opts.JobName() != *jobopts.JobName:
		return "job_name"
	case opts.Async() != *jobopts.Async:
		return "async"
	case environment.WorkerBinary != *jobopts.WorkerBinary:
		return "worker_binary"
	case strings.Join(opts.Experiments(), ",") != *jobopts.Experiments:
		return "experiments"
	case !strings.EqualFold(string(environment.Type), *jobopts.EnvironmentType):
		return "environment_type"
	}
	return ""
}
