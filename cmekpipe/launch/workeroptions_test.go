package launch_test

import (
	"encoding/json"
	"flag"
	"strings"
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/util/hooks"
)

func TestFlagsDontTravelButOptionsDo(t *testing.T) {
	w := newWorld(t)
	flag.String("test.database_password", "", "")
	if err := flag.Set("test.database_password", secret); err != nil {
		t.Fatal(err)
	}
	// What a run of Beam's own runners in this process would leave behind.
	beam.PipelineOptions.LoadOptionsFromFlags(nil)
	beam.PipelineOptions.Set("temp_location", "gs://bank-work/tmp")
	beam.PipelineOptions.Set("mine", "travels")
	hooks.RegisterHook("audit", func([]string) hooks.Hook { return hooks.Hook{} })
	if err := hooks.EnableHook("audit", "to the log"); err != nil {
		t.Fatal(err)
	}
	defer hooks.DisableHook("audit")
	if _, err := w.run(nil); err != nil {
		t.Fatal(err)
	}
	job := w.jobs()[0]
	var sent struct {
		Go struct {
			Options map[string]string `json:"options"`
		} `json:"beam:option:go_options:v1"`
		Options struct {
			TempLocation string `json:"tempLocation"`
		} `json:"options"`
	}
	if err := json.Unmarshal(job.Environment.SdkPipelineOptions, &sent); err != nil {
		t.Fatal(err)
	}
	if got := sent.Go.Options; got["mine"] != "travels" || !strings.Contains(got["hooks"], "to the log") || got["hookOrder"] == "" {
		t.Errorf("got options %v, want the program's own and its hooks", got)
	}
	for name := range sent.Go.Options {
		if name == "temp_location" || (name != "experiments" && flag.Lookup(name) != nil) {
			t.Errorf("got option %s, which must not travel", name)
		}
	}
	if sent.Options.TempLocation != "gs://bank-work/tmp" {
		t.Errorf("got temp location %q, want it where Dataflow looks", sent.Options.TempLocation)
	}
	text, err := job.MarshalJSON()
	if err != nil || strings.Contains(string(text), secret) {
		t.Errorf("the job holds the flag's value (%v)", err)
	}
}
