package launch_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/pubsubio"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/textio"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/launch"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/location"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/rule"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/verify"
)

// A pipeline is planned, launched on Dataflow and verified. It writes one object, encrypted with the key.
func Example() {
	withCloud(func(ctx context.Context, opts *cmekpipe.Options) error {
		p, s := beam.NewPipelineWithRoot()
		textio.Write(s, opts.Key().MustObject("gs://bank-work/totals.csv"), beam.Create(s, "total,42"))

		planned, err := launch.Plan(ctx, opts, p)
		if err != nil {
			return err
		}
		for _, d := range planned.Destinations {
			fmt.Println(d.Kind, d.Name)
		}
		result, err := launch.Run(ctx, opts, p, launch.WithProgress(nil))
		if err != nil {
			return err
		}
		fmt.Println(result.Job.Name, result.Job.State)
		fmt.Println("with the key:", result.Job.Key == opts.Key())

		// The loopback cloud runs no pipeline, unless it is told to: the object is missing.
		findings, err := verify.Run(ctx, result.Plan)
		if err != nil {
			return err
		}
		return rule.WriteText(os.Stdout, findings.Of(rule.NotFound))
	})
	// Output:
	// object gs://bank-work/totals.csv
	// nightly JOB_STATE_DONE
	// with the key: true
	// error    CMEK020  an expected resource does not exist
	//   gs://bank-work/totals.csv
	//     not found
	//   to do: check that the job ended well and that nobody deleted the resource, then run the pipeline again
	//
	// 1 error
	// next: check that the job ended well and that nobody deleted the resource, then run the pipeline again
}

// On Prism, in this process, Run refuses a pipeline as it would on Dataflow, and runs one that guard accepts.
func ExampleRun() {
	withCloud(func(ctx context.Context, opts *cmekpipe.Options) error {
		config := opts.Config()
		config.Runner = "prism"
		opts, err := cmekpipe.FromConfig(config)
		if err != nil {
			return err
		}
		p, s := beam.NewPipelineWithRoot()
		textio.Write(s, opts.Key().MustObject("gs://bank-work/totals.csv"), beam.Create(s, "total,42"))
		result, err := launch.Run(ctx, opts, p)
		if err != nil {
			return err
		}
		findings, err := verify.Run(ctx, result.Plan)
		fmt.Println(len(findings), "findings:", findings.Err())
		return err
	})
	// Output:
	// 0 findings: <nil>
}

// A job that was launched asynchronously is followed later, also by another program.
func ExampleWatch() {
	withCloud(func(ctx context.Context, opts *cmekpipe.Options) error {
		config := opts.Config()
		config.Async = true
		opts, err := cmekpipe.FromConfig(config)
		if err != nil {
			return err
		}
		p, s := beam.NewPipelineWithRoot()
		beam.Create(s, "total,42")
		result, err := launch.Run(ctx, opts, p, launch.WithProgress(nil))
		if err != nil {
			return err
		}
		err = launch.Watch(ctx, result.Job, launch.WithProgress(nil))
		fmt.Println(result.Job.State, err)
		return nil
	})
	// Output:
	// JOB_STATE_DONE <nil>
}

// A streaming job runs until it is drained, which processes what was read, or cancelled, which loses it.
func ExampleDrain() {
	withCloud(func(ctx context.Context, opts *cmekpipe.Options) error {
		result, err := launchStreaming(ctx, opts)
		if err != nil {
			return err
		}
		err = launch.Drain(ctx, result.Job, launch.WithProgress(nil))
		fmt.Println(result.Job.State, err)
		return nil
	})
	// Output:
	// JOB_STATE_DRAINED <nil>
}

func ExampleCancel() {
	withCloud(func(ctx context.Context, opts *cmekpipe.Options) error {
		result, err := launchStreaming(ctx, opts)
		if err != nil {
			return err
		}
		err = launch.Cancel(ctx, result.Job, launch.WithProgress(nil))
		fmt.Println(result.Job.State, err)
		return nil
	})
	// Output:
	// JOB_STATE_CANCELLED <nil>
}

// launchStreaming launches a job that reads a subscription, and does not wait for its end.
func launchStreaming(ctx context.Context, opts *cmekpipe.Options) (*launch.Result, error) {
	config := opts.Config()
	config.Async = true
	opts, err := cmekpipe.FromConfig(config)
	if err != nil {
		return nil, err
	}
	p, s := beam.NewPipelineWithRoot()
	pubsubio.Read(s, "bank-prod", pubsubio.ReadOptions{Subscription: "payments"})
	return launch.Run(ctx, opts, p, launch.WithProgress(nil))
}

// audit is code of the pipeline's author, which no check inspects: it might write anywhere.
func audit(line string) string { return strings.TrimSpace(line) }

func init() { register.Function1x1(audit) }

// In strict mode a launch refuses code that nobody has reviewed. The error ends with the entries to add.
func ExampleWithStrict() {
	withCloud(func(ctx context.Context, opts *cmekpipe.Options) error {
		p, s := beam.NewPipelineWithRoot()
		beam.ParDo(s, audit, beam.Create(s, "total,42"))

		_, err := launch.Plan(ctx, opts, p, launch.WithStrict())
		fmt.Println("refused:", errors.Is(err, cmekpipe.Unprotected))
		_, err = launch.Plan(ctx, opts, p, launch.WithStrict("github.com/cmekpipe/cmekpipe-go/cmekpipe/launch_test.audit"))
		fmt.Println("reviewed:", err)
		return nil
	})
	// Output:
	// refused: true
	// reviewed: <nil>
}

// withCloud runs an example against a loopback cloud, with the options of a job on Dataflow there.
func withCloud(do func(context.Context, *cmekpipe.Options) error) {
	ctx := context.Background()
	cloud, err := emulator.Start()
	if err != nil {
		panic(err)
	}
	defer cloud.Close()
	key := cmekpipe.MustParseKey[location.USCentral1]("projects/bank-keys/locations/us-central1/keyRings/dataflow/cryptoKeys/pipelines")
	if err := cloud.CreateKey(ctx, key.Name()); err != nil {
		panic(err)
	}
	if err := cloud.GrantKey(ctx, key.Name(), "bank-prod"); err != nil {
		panic(err)
	}
	if err := cloud.CreateBucket(ctx, "bank-prod", "bank-work", "us-central1", key.Name()); err != nil {
		panic(err)
	}
	for _, pair := range cloud.Environ() {
		name, value, _ := strings.Cut(pair, "=")
		os.Setenv(name, value) // t.Setenv in a test
		defer os.Unsetenv(name)
	}
	// Any file serves as a worker on the loopback cloud.
	worker := filepath.Join(os.TempDir(), "cmekpipe-example-worker")
	if err := os.WriteFile(worker, []byte("a program for linux"), 0o700); err != nil {
		panic(err)
	}
	defer os.Remove(worker)
	opts, err := cmekpipe.FromConfig(cmekpipe.Config{
		Runner: "dataflow", Key: key.Name().String(), Project: "bank-prod", TempLocation: "gs://bank-work/tmp", JobName: "nightly",
		WorkerBinary: worker,
	})
	if err != nil {
		panic(err)
	}
	if err := do(ctx, opts); err != nil {
		fmt.Println(err)
	}
}
