package launch_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	api "google.golang.org/api/dataflow/v1b3"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// sdkOptions is what a submitted job hands to workers.
type sdkOptions struct {
	Display []json.RawMessage `json:"display_data"`
	Others  map[string]any    `json:"options"` // all that workers of other SDKs get
	Go      struct {
		Options map[string]string `json:"options"`
	} `json:"beam:option:go_options:v1"`
}

func optionsOf(t *testing.T, j *api.Job) (o sdkOptions) {
	t.Helper()
	if err := json.Unmarshal(j.Environment.SdkPipelineOptions, &o); err != nil {
		t.Fatal(err)
	}
	return o
}

func TestTheKeyIsInTheOptionsOfEverySDK(t *testing.T) {
	w := newWorld(t)
	if _, err := w.run(nil); err != nil {
		t.Fatal(err)
	}
	j := w.jobs()[0]
	if got := j.Environment.ServiceKmsKeyName; got != w.key.String() {
		t.Errorf("got service key %q, want %s", got, w.key)
	}
	others := optionsOf(t, j).Others
	for name, want := range map[string]string{
		"dataflowKmsKey": w.key.String(), "dataflow_kms_key": w.key.String(), "tempLocation": "gs://bank-work/tmp", "region": "us-central1",
	} {
		if got := others[name]; got != want {
			t.Errorf("got option %s %v for other SDKs, want %s", name, got, want)
		}
	}
	// A worker in Go that finds Python's spelling uploads heap profiles there.
	if got, found := others["temp_location"]; found {
		t.Errorf("got temp_location %v, want none", got)
	}
	if !slices.Contains(j.Environment.Experiments, "disable_always_on_exception_sampling") {
		t.Errorf("got experiments %v, want exception sampling off", j.Environment.Experiments)
	}
	if url, _ := others["pipelineUrl"].(string); !strings.HasPrefix(url, "gs://bank-work/") || others["pipelineProtoHash"] == "" {
		t.Errorf("got options %v, want what Beam's translation puts there", others)
	}
}

func TestTheJobIsTheSameEveryTime(t *testing.T) {
	w := newWorld(t)
	for _, name := range []string{"one", "two", "three", "four", "five"} {
		setOption(t, name, "x")
	}
	for range 5 {
		if _, err := w.run(nil); err != nil {
			t.Fatal(err)
		}
	}
	first, jobs := "", w.jobs()
	for _, j := range jobs {
		text := string(j.Environment.SdkPipelineOptions)
		if first == "" {
			first = text
		}
		if text != first {
			t.Fatalf("got pipeline options that differ from launch to launch, of %d and %d bytes", len(text), len(first))
		}
	}
	if len(jobs) != 5 || len(optionsOf(t, jobs[0]).Display) < 5 {
		t.Errorf("got %d jobs, want 5 with display data", len(jobs))
	}
}

func TestOptionsReachTheJob(t *testing.T) {
	w := newWorld(t)
	_, err := w.run(func(c *cmekpipe.Config) {
		c.TeardownPolicy, c.EnvironmentType = "TEARDOWN_ON_SUCCESS", "DOCKER"
		c.SDKContainerImage = "gcr.io/bank/go:1"
		c.SDKContainerImageOverrides = map[string]string{".*/go:.*": "gcr.io/bank/go:2", "gcr.*": "gcr.io/bank/go:3", "java": "gcr.io/bank/java"}
		c.ResourceHints = []string{"min_ram=12GB", "cpu_count=4", "accelerator=type:nvidia-l4;count:1", "beam:resources:future:v1=x"}
		c.ElementProcessingTimeout = 5 * time.Minute
	})
	if err != nil {
		t.Fatal(err)
	}
	j := w.jobs()[0]
	pool := j.Environment.WorkerPools[0]
	if pool.TeardownPolicy != "TEARDOWN_ON_SUCCESS" {
		t.Errorf("got teardown policy %q, want the options'", pool.TeardownPolicy)
	}
	if images := pool.SdkHarnessContainerImages; len(images) != 1 || images[0].ContainerImage != "gcr.io/bank/go:2" {
		t.Errorf("got images %v, want the one override that comes first", images)
	}
	if got := optionsOf(t, j).Go.Options["element_processing_timeout"]; got != "5m0s" {
		t.Errorf("got timeout %q for workers, want 5m0s", got)
	}
	model := string(w.ReadObject(optionsOf(t, j).Others["pipelineUrl"].(string)))
	for _, urn := range []string{"min_ram_bytes", "cpu_count", "accelerator", "future"} {
		if !strings.Contains(model, "beam:resources:"+urn+":v1") {
			t.Errorf("got a pipeline without hint %s, want it", urn)
		}
	}
}
