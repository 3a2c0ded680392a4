package launch_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	api "google.golang.org/api/dataflow/v1b3"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/fhirio"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/textio"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/launch"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/plan"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/verify"
)

const nightlyTemplate = "gs://bank-work/templates/nightly.json"

func toTemplate(c *cmekpipe.Config) { c.TemplateLocation = nightlyTemplate }

func TestATemplateIsStagedWithTheKeyAndNoJobSubmitted(t *testing.T) {
	w := newWorld(t)
	w.WriteObject(nightlyTemplate, []byte("of last year, without a key"))
	for range 2 {
		result, err := w.run(toTemplate)
		if err != nil {
			t.Fatal(err)
		}
		if result.Template != nightlyTemplate || result.Job != nil {
			t.Errorf("got template %q and job %v, want %s and none", result.Template, result.Job, nightlyTemplate)
		}
	}
	if got := w.entries("job"); len(got) != 0 {
		t.Errorf("got jobs %v, want none", got)
	}
	for _, o := range w.entries("object") {
		if o.ProtectedBy() != w.key || !o.KeyAsked {
			t.Errorf("%s is encrypted with %q, want %s, asked for", o.Name, o.ProtectedBy(), w.key)
		}
	}
	var job api.Job
	if err := json.Unmarshal(w.ReadObject(nightlyTemplate), &job); err != nil {
		t.Fatal(err)
	}
	if job.Environment.ServiceKmsKeyName != w.key.String() || job.ClientRequestId != "" {
		t.Errorf("got key %q and request id %q, want %s and none", job.Environment.ServiceKmsKeyName, job.ClientRequestId, w.key)
	}
	if n := strings.Count(string(job.Environment.SdkPipelineOptions), w.key.String()); n < 2 {
		t.Errorf("got the key %d times in the pipeline's options, want it in both spellings", n)
	}
}

func TestATemplateThatCannotBeEncryptedIsNotWritten(t *testing.T) {
	w := newWorld(t)
	w.CreateBucket("bank-abroad", "europe-west1", cmekpipe.KeyName{})
	_, err := w.run(func(c *cmekpipe.Config) { c.TemplateLocation = "gs://bank-abroad/t" })
	requireError(t, err, cmekpipe.LocationMismatch, "gs://bank-abroad")
	_, err = w.run(func(c *cmekpipe.Config) { c.TemplateLocation = "gs://bank-none/t" })
	requireError(t, err, cmekpipe.NotFound, "gs://bank-none")
	w.DenyKey(w.key, emulator.Storage)
	if _, err = w.run(toTemplate); cmekpipe.CodeOf(err) != cmekpipe.KeyDenied {
		t.Errorf("got error %v, want code %q", err, cmekpipe.KeyDenied)
	}
	if got := append(w.entries("object"), w.entries("job")...); len(got) != 0 {
		t.Errorf("got %v, want nothing written", got)
	}
}

func TestPlanListsTheTemplateThatRunWrites(t *testing.T) {
	if alone(t) {
		return
	}
	w := newWorld(t)
	draft, err := w.plan(harmless(), toTemplate, onThatDay())
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.MarshalIndent(draft, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "template.txt", draft.String())
	golden(t, "template.json", string(text)+"\n")
	if got := w.entries("object"); draft.Template != nightlyTemplate || len(got) != 0 {
		t.Errorf("got template %q and objects %v, want %s and none written", draft.Template, got, nightlyTemplate)
	}
	var back plan.Plan
	if err := json.Unmarshal(text, &back); err != nil || back.Template != nightlyTemplate {
		t.Errorf("got %q and %v, want the template read back", back.Template, err)
	}
}

func TestVerifyChecksATemplate(t *testing.T) {
	w := newWorld(t)
	w.CreateBucket("bank-plain", "us-central1", cmekpipe.KeyName{})
	const url = "gs://bank-plain/nightly.json"
	result, err := w.run(func(c *cmekpipe.Config) { c.TemplateLocation = url })
	if err != nil {
		t.Fatal(err)
	}
	requireFound := func(want ...string) {
		t.Helper()
		found, err := verify.Run(t.Context(), result.Plan)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, f := range found {
			got = append(got, string(f.Rule)+" "+f.Resource)
		}
		if !slices.Equal(got, want) {
			t.Errorf("got findings %q, want %q", got, want)
		}
	}
	requireFound("CMEK030 gs://bank-plain") // nothing of a job that was not submitted
	w.WriteObject(url, []byte("written over without a key"))
	requireFound("CMEK021 "+url, "CMEK030 gs://bank-plain")
}

// The jobs of a template have one graph, so that nothing in it may be drawn by chance.
func TestATemplateOfAShardedWriteIsTheSameEveryTime(t *testing.T) {
	w := newWorld(t)
	staged := map[string]bool{}
	for range 3 {
		p, s := beam.NewPipelineWithRoot()
		lines := beam.Create(s, secret)
		textio.WriteSharded(s, w.key.MustObject("gs://bank-work/out/lines"), lines)
		textio.WriteSharded(s, w.key.MustObject("gs://bank-work/out/numbered"), lines, textio.WithNumShards(2))
		store := w.key.MustFHIRStore("projects/bank-prod/locations/us-central1/datasets/records/fhirStores/main")
		folder := w.key.MustObject("gs://bank-work/fhir")
		fhirio.Import(s, store, folder, folder, fhirio.ContentStructureResource, lines)
		result, err := launch.Run(t.Context(), w.options(toTemplate), p, launch.WithHaste(), launch.WithProgress(w.said))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range result.Plan.Staged {
			staged[f.URL] = true
		}
	}
	if len(staged) != 2 {
		t.Errorf("got %d files for three pipelines that are alike, want worker and model", len(staged))
	}
}
