package cmekpipe_test

import (
	"flag"
	"testing"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

func TestRunnerNames(t *testing.T) {
	for name, want := range map[string]string{
		"cmekdataflow": "dataflow", "cmekprism": "prism", "cmekflink": "flink", "spark": "spark", "FlinkRunner": "flink", "": "prism",
		"PrismRunner": "prism", "DirectRunner": "direct", "DataflowRunner": "dataflow", "SparkRunner": "spark", "universal": "universal",
		"portable": "universal", "PortableRunner": "universal",
	} {
		opts, err := cmekpipe.FromConfig(cmekpipe.Config{
			Runner: name, Key: keyIn("us-central1"), Project: "bank-prod", TempLocation: "gs://bank-work/tmp",
		})
		if err != nil || opts.Config().Runner != want || string(opts.Runner()) != want {
			t.Errorf("runner %q: got %v, %v, want %q", name, opts, err, want)
		}
	}
	for _, name := range []string{"cmek", "cmekcmekprism", "cmekDirectRunner", "dot"} {
		_, err := cmekpipe.FromConfig(cmekpipe.Config{
			Runner: name, Key: keyIn("us-central1"), Project: "bank-prod", TempLocation: "gs://bank-work/tmp",
		})
		if cmekpipe.CodeOf(err) != cmekpipe.InvalidOptions {
			t.Errorf("runner %q: got %v, want it refused", name, err)
		}
	}
}

func TestFlagsOfOtherRunnersAreForThemAlone(t *testing.T) {
	for runner, want := range map[string]bool{"flink": true, "cmekspark": true, "universal": true, "prism": false, "cmekdataflow": false, "": false} {
		fs := flag.NewFlagSet("", flag.ContinueOnError)
		cmekpipe.RegisterFlags(fs)
		fs.String("endpoint", "", "")
		fs.Int("parallelism", -1, "")
		err := fs.Parse([]string{
			"--runner=" + runner, "--dataflow_kms_key=" + keyIn("us-central1"), "--project=bank-prod", "--temp_location=gs://bank-work/tmp",
			"--endpoint=localhost:8099", "--parallelism=2",
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := cmekpipe.FromFlags(fs); (err == nil) != want {
			t.Errorf("runner %q: got %v, want taken: %v", runner, err, want)
		}
	}
}
