package translation

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

func TestJobOptionsCarryWhatReplacesAJob(t *testing.T) {
	opts, err := cmekpipe.FromConfig(cmekpipe.Config{
		Key:     "projects/bank-keys/locations/us-central1/keyRings/dataflow/cryptoKeys/pipelines",
		Project: "bank-prod", TempLocation: "gs://bank-work/tmp", JobName: "nightly",
		Update: true, TransformNameMapping: map[string]string{"Old": "New"},
	})
	if err != nil {
		t.Fatal(err)
	}
	got := jobOptions(opts, true)
	if !got.Update || !cmp.Equal(got.TransformNameMapping, map[string]string{"Old": "New"}) || got.Name != "nightly" {
		t.Errorf("got update %v of %q with mapping %v, want what the options say", got.Update, got.Name, got.TransformNameMapping)
	}
	config := opts.Config()
	config.Update, config.TransformNameMapping, config.TemplateLocation = false, nil, "gs://bank-work/nightly.json"
	if opts, err = cmekpipe.FromConfig(config); err != nil {
		t.Fatal(err)
	}
	if got := jobOptions(opts, false); got.TemplateLocation != "gs://bank-work/nightly.json" || got.Update {
		t.Errorf("got template location %q and update %v, want what the options say", got.TemplateLocation, got.Update)
	}
}
