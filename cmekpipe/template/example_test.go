package template_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/launch"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/location"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/template"
)

// The specification of a Flex Template is written, encrypted with the key, and launched with the key. A launch that names
// another key, by any spelling of an option, is refused before anything is called.
func Example() {
	withCloud(func(ctx context.Context, config cmekpipe.Config) error {
		opts, err := cmekpipe.FromConfig(config)
		if err != nil {
			return err
		}
		const spec = "gs://bank-work/templates/nightly.json"
		err = template.WriteSpec(ctx, opts, spec, template.Spec{
			Image: "us-docker.pkg.dev/bank-prod/images/nightly", Name: "Nightly totals",
			Parameters: []template.Parameter{{Name: "input", Type: template.ReadFile}},
		})
		if err != nil {
			return err
		}
		nightly := template.Request{Template: spec, Parameters: map[string]string{"input": "gs://bank-in/2026.csv"}}
		result, err := template.LaunchFlex(ctx, opts, nightly, template.WithProgress(nil))
		if err != nil {
			return err
		}
		fmt.Println(result.Job.Name, result.Job.State)
		fmt.Println("with the key:", result.Job.Key == opts.Key())

		nightly.PipelineOptions = []string{"--dataflowKmsKey=" + strings.Replace(config.Key, "pipelines", "other", 1)}
		_, err = template.LaunchFlex(ctx, opts, nightly, template.WithProgress(nil))
		for _, fault := range cmekpipe.OptionErrors(err) {
			fmt.Println(fault.Code)
		}
		return nil
	})
	// Output:
	// nightly JOB_STATE_DONE
	// with the key: true
	// key mismatch
}

// launch.Run stages a classic template, LaunchClassic launches it.
func ExampleLaunchClassic() {
	withCloud(func(ctx context.Context, config cmekpipe.Config) error {
		opts, err := cmekpipe.FromConfig(config)
		if err != nil {
			return err
		}
		config.TemplateLocation = "gs://bank-work/templates/nightly"
		config.WorkerBinary = filepath.Join(os.TempDir(), "template-example-worker") // any file serves on the loopback cloud
		if err := os.WriteFile(config.WorkerBinary, []byte("a program for linux"), 0o700); err != nil {
			return err
		}
		defer os.Remove(config.WorkerBinary)
		staging, err := cmekpipe.FromConfig(config)
		if err != nil {
			return err
		}
		p, s := beam.NewPipelineWithRoot()
		beam.Create(s, "total,42")
		if _, err := launch.Run(ctx, staging, p, launch.WithProgress(nil)); err != nil {
			return err
		}

		result, err := template.LaunchClassic(ctx, opts, template.Request{Template: config.TemplateLocation}, template.WithProgress(nil))
		if err != nil {
			return err
		}
		fmt.Println(result.Job.Name, result.Job.State)
		fmt.Println("with the key:", result.Job.Key == opts.Key())
		return nil
	})
	// Output:
	// nightly JOB_STATE_DONE
	// with the key: true
}

// withCloud runs an example against a loopback cloud, with the options of a job there.
func withCloud(do func(context.Context, cmekpipe.Config) error) {
	ctx := context.Background()
	key := cmekpipe.MustParseKey[location.USCentral1]("projects/bank-keys/locations/us-central1/keyRings/dataflow/cryptoKeys/pipelines")
	cloud, err := emulator.Start()
	if err != nil {
		panic(err)
	}
	defer cloud.Close()
	err = errors.Join(cloud.Setenv(), cloud.CreateKey(ctx, key.Name()), cloud.GrantKey(ctx, key.Name(), "bank-prod"),
		cloud.CreateBucket(ctx, "bank-prod", "bank-work", "us-central1", key.Name()))
	if err != nil {
		panic(err)
	}
	err = do(ctx, cmekpipe.Config{
		Runner: "dataflow", Key: key.Name().String(), Project: "bank-prod", TempLocation: "gs://bank-work/tmp", JobName: "nightly",
	})
	if err != nil {
		fmt.Println(err)
	}
}
