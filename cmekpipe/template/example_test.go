package template_test

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/template"
)

// A Flex Template is written under the key and launched under it. A launch that names another key, by any spelling of an
// option, is refused before anything is called.
func Example() {
	inCloud(func(cloud *cmektest.Cloud) {
		ctx := context.Background()
		key := cloud.CreateKey("us-central1", "pipelines")
		cloud.CreateBucket("bank-work", "us-central1", key) // its default key, under which Dataflow's own files rest
		opts, err := cmekpipe.FromConfig(cmekpipe.Config{
			Runner: "dataflow", Key: key.String(), Project: cmektest.Project, TempLocation: "gs://bank-work/tmp", JobName: "nightly",
		})
		if err != nil {
			fmt.Println(err)
			return
		}
		const spec = "gs://bank-work/templates/nightly.json"
		err = template.WriteSpec(ctx, opts, spec, template.Spec{
			Image: "us-docker.pkg.dev/bank-prod/images/nightly", Name: "Nightly totals",
			Parameters: []template.Parameter{{Name: "input", Type: template.ReadFile}},
		})
		if err != nil {
			fmt.Println(err)
			return
		}
		nightly := template.Request{Template: spec, Parameters: map[string]string{"input": "gs://bank-in/2026.csv"}}
		result, err := template.LaunchFlex(ctx, opts, nightly, template.WithProgress(nil))
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(result.Job.Name, result.Job.State, "under", result.Job.Key)

		nightly.PipelineOptions = []string{"--dataflowKmsKey=" + strings.Replace(key.String(), "pipelines", "other", 1)}
		_, err = template.LaunchFlex(ctx, opts, nightly, template.WithProgress(nil))
		for _, fault := range cmekpipe.OptionErrors(err) {
			fmt.Println(fault.Code)
		}
	})
	// Output:
	// nightly JOB_STATE_DONE under projects/cmektest-project/locations/us-central1/keyRings/cmektest/cryptoKeys/pipelines
	// key mismatch
}

// inCloud gives an example what a test gets from its *testing.T: a cloud that stops when the example ends.
func inCloud(do func(*cmektest.Cloud)) {
	e := &example{}
	defer func() {
		for _, f := range slices.Backward(e.cleanups) {
			f()
		}
	}()
	do(cmektest.NewCloud(e))
}

type example struct {
	testing.TB // nil: only for the method that makes other implementations impossible
	cleanups   []func()
}

func (e *example) Helper()                           {}
func (e *example) Failed() bool                      { return false }
func (e *example) Skipped() bool                     { return false }
func (e *example) Context() context.Context          { return context.Background() }
func (e *example) Cleanup(f func())                  { e.cleanups = append(e.cleanups, f) }
func (e *example) Fatalf(format string, args ...any) { panic(fmt.Sprintf(format, args...)) }
func (e *example) Fatal(args ...any)                 { panic(fmt.Sprint(args...)) }

func (e *example) Setenv(name, value string) {
	os.Setenv(name, value)
	e.Cleanup(func() { os.Unsetenv(name) })
}
