package launch_test

import (
	"strings"
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// setOption sets an option as a program does, for one test. Beam has no way to take one back but to make it empty.
func setOption(t *testing.T, name, value string) {
	t.Helper()
	before := beam.PipelineOptions.Get(name)
	beam.PipelineOptions.Set(name, value)
	t.Cleanup(func() { beam.PipelineOptions.Set(name, before) })
}

func TestWhatTheProgramSetsMustAgreeWithTheOptions(t *testing.T) {
	const other = "projects/bank-keys/locations/us-central1/keyRings/dataflow/cryptoKeys/other"
	for _, tc := range []struct {
		name, value string
		code        cmekpipe.Code
		says        string
	}{
		{"dataflow_kms_key", other, cmekpipe.KeyMismatch, other},
		{"dataflowKmsKey", other, cmekpipe.KeyMismatch, other},
		{"kmsKeyName", other, cmekpipe.KeyMismatch, other},
		{"experiments", "enable_data_sampling", cmekpipe.Unsupported, "writes elements"},
		{"dataflow_service_options", "enable_google_cloud_profiler", cmekpipe.Unsupported, "Cloud Profiler"},
		{"saveHeapDumpsToGcsPath", "gs://bank-work/heap", cmekpipe.Unsupported, "memory of workers"},
		{"region", "us-east1", cmekpipe.LocationMismatch, "us-east1"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := newWorld(t)
			setOption(t, tc.name, tc.value)
			_, err := w.run(nil)
			faults := cmekpipe.OptionErrors(err)
			if len(faults) != 1 {
				t.Fatalf("got %v, want one fault", err)
			}
			e := requireError(t, faults[0], tc.code, tc.name)
			if !strings.Contains(e.Err.Error(), tc.says) {
				t.Errorf("got %q, want it to say %q", e.Err, tc.says)
			}
			if tc.code == cmekpipe.KeyMismatch && !strings.Contains(e.Err.Error(), w.key.String()) {
				t.Errorf("got %q, want it to name the job's key too", e.Err)
			}
			requireNothing(t, w)
		})
	}
}

func TestTheProgramsTempLocationMustBeTheOptions(t *testing.T) {
	w := newWorld(t)
	setOption(t, "temp_location", "gs://bank-other/tmp")
	_, err := w.run(nil)
	requireError(t, err, cmekpipe.InvalidOptions, "temp_location")
	requireNothing(t, w)
	setOption(t, "temp_location", "gs://bank-work/tmp/")
	if _, err := w.run(nil); err != nil {
		t.Errorf("got %v, want the same place taken", err)
	}
}

func TestTheProgramMayRepeatTheKey(t *testing.T) {
	w := newWorld(t)
	setOption(t, "dataflow_kms_key", w.key.String())
	setOption(t, "region", "us-central1")
	if _, err := w.run(nil); err != nil {
		t.Fatal(err)
	}
}
