// Package cmekrunner lets programs that call beamx.Run or beam.Run launch with the customer's key. Such a program keeps that
// call; its sinks become those of package cmekpipe/io, whose destinations are created from a key, and a blank import registers
// guarded runners with Beam:
//
//	import _ "github.com/cmekpipe/cmekpipe-go/cmekpipe/launch/cmekrunner"
//
// The flag --runner=cmekdataflow selects one, together with Beam's own flags for Dataflow:
//
//	wordcount --runner=cmekdataflow --project=bank-prod --region=us-central1 --temp_location=gs://bank-work/tmp \
//	  --dataflow_kms_key=projects/bank-keys/locations/us-central1/keyRings/dataflow/cryptoKeys/pipelines
//
// It is [launch.Run], with all its checks: options come from the flags by [cmekpipe.FromFlags], the
// pipeline is inspected by package guard, everything is staged with the key, and the job's key is read back.
//
// Beam's registry does not let a name be replaced, so every runner has a guarded name here: cmekdataflow, cmekprism,
// cmekdirect, and cmekflink, cmekspark and cmekuniversal, which reach the job service of --endpoint.
//
// With this package imported, beam.Init ends a program whose flag runner names one of Beam's own runners that submit the
// pipeline to a service, such as --runner=dataflow, and says which name to use. Beam's prism and direct, which run the pipeline
// in this process, are not refused, because unit tests use them; package guard does not inspect what they run. Nor does it
// inspect a pipeline that the program passes to a runner in its code: beam.Run(ctx, "dataflow", p), dataflow.Execute(ctx, p).
// See package guard on how to find such calls.
//
// # Defaults
//
// As of launch.Run. Progress goes to Beam's logger at level info. Flags are for the launch only: unlike Beam's runner, this
// one does not turn the program's own flags into options of the workers, because those would become metadata of the job,
// which no key covers. Give a DoFn what it needs as a field, or set beam.PipelineOptions.
//
// # Permissions
//
// Those of launch.Run.
//
// # Errors
//
// Those of launch.Run and of cmekpipe.FromFlags; all are [*cmekpipe.Error], or a context's own. beam.Init, which can't return
// an error, prints one and ends the program with status 1.
//
// # Concurrency
//
// [Execute] may be called by several goroutines at once as far as launch.Run may.
//
// # Testing
//
// With --runner=cmekprism a test runs the pipeline in its own process, under guard. Package cmektest provides a loopback
// cloud for cmekdataflow.
package cmekrunner

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/metrics"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/log"

	// Beam's packages that define flags must have done so before this one adds those that are missing. Go initialises
	// packages in the order of their paths as soon as what they import is; so it is enough to import what Beam's Dataflow
	// runner imports, and not that runner, which would register the unguarded one.
	_ "github.com/apache/beam/sdks/v2/go/pkg/beam/options/gcpopts"
	_ "github.com/apache/beam/sdks/v2/go/pkg/beam/options/jobopts"
	_ "github.com/apache/beam/sdks/v2/go/pkg/beam/util/gcsx"
	_ "github.com/apache/beam/sdks/v2/go/pkg/beam/x/hooks/perf"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/launch"
)

func init() {
	registerFlags()
	beam.RegisterInit(refuseUnguarded)
	beam.RegisterRunner("cmekdataflow", Execute)
	for _, name := range []string{"prism", "direct", "flink", "spark", "universal"} {
		beam.RegisterRunner("cmek"+name, func(ctx context.Context, p *beam.Pipeline) (beam.PipelineResult, error) {
			return execute(ctx, name, p)
		})
	}
}

// registerFlags adds the flags that Beam's Dataflow runner would have, as far as it isn't linked in, but not the flag runner:
// that one is beamx's or, as Beam advises, the program's own.
func registerFlags() {
	all := flag.NewFlagSet("", flag.ContinueOnError)
	cmekpipe.RegisterFlags(all)
	all.VisitAll(func(f *flag.Flag) {
		if f.Name != "runner" && flag.Lookup(f.Name) == nil {
			flag.Var(f.Value, f.Name, f.Usage)
		}
	})
	cmekpipe.AdviseKeyFlag(flag.CommandLine)
}

// refuseUnguarded ends a program that was told to use a runner of Beam's that submits the pipeline elsewhere without guard. On
// a worker, which is told nothing, it does nothing.
func refuseUnguarded() {
	if worker := flag.Lookup("worker"); worker != nil && worker.Value.String() == "true" {
		return
	}
	runner := flag.Lookup("runner")
	if runner == nil {
		return
	}
	name := runner.Value.String()
	if guarded := guardedName(name); guarded != "" {
		fmt.Fprintln(os.Stderr, &cmekpipe.Error{Op: "cmekrunner.Init", Code: cmekpipe.InvalidOptions, Resource: "runner",
			Err:  errors.New("got Beam's own runner " + name + ", which launches without inspecting the pipeline and without checking the key"),
			Hint: "set --runner=" + guarded})
		os.Exit(1)
	}
}

// guardedName returns the name of the guarded runner in place of one of Beam's that submits the pipeline to a service; "" for
// any other name.
func guardedName(runner string) string {
	switch runner {
	case "dataflow", "DataflowRunner":
		return "cmekdataflow"
	case "flink", "FlinkRunner":
		return "cmekflink"
	case "spark", "SparkRunner":
		return "cmekspark"
	case "universal", "portable", "PortableRunner":
		return "cmekuniversal"
	}
	return ""
}

// Execute launches a pipeline on Dataflow with the options that the process's flags hold. It is what beam.Run calls for
// runner "cmekdataflow". The result is Beam's: the pipeline's metrics, which are empty for a job that was not waited for,
// and the job's id. It is returned with an error too, so that a job that failed can be found.
func Execute(ctx context.Context, p *beam.Pipeline) (beam.PipelineResult, error) {
	return execute(ctx, "dataflow", p)
}

func execute(ctx context.Context, runner string, p *beam.Pipeline) (beam.PipelineResult, error) {
	opts, err := cmekpipe.FromFlags(flagsFor(runner))
	if err != nil {
		return pipelineResult{}, err
	}
	result, err := launch.Run(ctx, opts, p, launch.WithProgress(beamLog{ctx}))
	return pipelineResult{result}, err
}

// flagsFor returns the process's flags that were set, with another runner: a program may choose its own in any way that
// it likes.
func flagsFor(runner string) *flag.FlagSet {
	fs := flag.NewFlagSet("", flag.ContinueOnError)
	flag.CommandLine.Visit(func(f *flag.Flag) {
		if f.Name != "runner" {
			fs.Var(setAlready{f.Value}, f.Name, f.Usage)
			fs.Lookup(f.Name).DefValue = f.DefValue
			_ = fs.Set(f.Name, "") // it never fails, and only notes that the flag was set
		}
	})
	fs.String("runner", "", "")
	_ = fs.Set("runner", runner) // a string flag accepts every value
	return fs
}

// setAlready is the value of a flag that has been set, and that no copy of the flag may change.
type setAlready struct{ flag.Value }

// Set leaves the value as it is.
func (setAlready) Set(string) error { return nil }

// Get returns what the flag's own Get does, or nil.
func (v setAlready) Get() any {
	if getter, ok := v.Value.(flag.Getter); ok {
		return getter.Get()
	}
	return nil
}

// pipelineResult is a launch's result as Beam hands it out.
type pipelineResult struct{ launched *launch.Result }

// Metrics returns the pipeline's counters and distributions.
func (r pipelineResult) Metrics() metrics.Results {
	if r.launched == nil {
		return metrics.Results{}
	}
	return r.launched.Metrics
}

// JobID returns the id of the job on Dataflow, or "" if there is none.
func (r pipelineResult) JobID() string {
	if r.launched == nil || r.launched.Job == nil {
		return ""
	}
	return r.launched.Job.ID
}

// beamLog sends lines to Beam's logger.
type beamLog struct{ ctx context.Context }

func (l beamLog) Write(line []byte) (int, error) {
	log.Info(l.ctx, string(line[:max(len(line)-1, 0)]))
	return len(line), nil
}
