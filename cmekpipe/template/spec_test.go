package template_test

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/template"
)

const specURL = "gs://bank-work/templates/nightly-flex.json"

// updating reports whether golden files are to be written: go test ./cmekpipe/template -update.
func updating() bool { return flag.Lookup("update").Value.String() == "true" }

func nightlySpec() template.Spec {
	return template.Spec{
		Image: "us-docker.pkg.dev/bank/images/nightly", Name: "Nightly totals", Description: "Sums up a day.", Streaming: true,
		Parameters: []template.Parameter{
			{Name: "input", Label: "Input", Help: "Files to read.", Type: template.ReadFile, Regexes: []string{`gs://.+`}},
			{Name: "output", Type: template.WriteFolder},
			{Name: "output_key", Type: template.KMSKey, Optional: true},
			{Name: "mode", Type: template.Enum, Choices: []string{"fast", "exact"}, Default: "exact", Optional: true},
		},
	}
}

func (w *world) writeSpec(change func(*template.Spec), options func(*cmekpipe.Config)) error {
	w.t.Helper()
	spec := nightlySpec()
	if change != nil {
		change(&spec)
	}
	return template.WriteSpec(w.t.Context(), w.options(options), specURL, spec, template.WithHaste(), template.WithProgress(w.said))
}

func TestASpecIsEncryptedWithTheKeyAndLaunched(t *testing.T) {
	w := newWorld(t)
	w.CreateBucket("bank-plain", region, cmekpipe.KeyName{})
	if err := w.writeSpec(nil, nil); err != nil {
		t.Fatal(err)
	}
	for _, o := range w.entries("object") {
		if o.Name == specURL && (o.ProtectedBy() != w.key || !o.KeyAsked) {
			t.Errorf("got %s under %q, want %s, asked for", o.Name, o.ProtectedBy(), w.key)
		}
	}
	l := template.Request{Template: specURL, Parameters: map[string]string{"input": "gs://bank-in/a", "output": "gs://bank-out/b"}}
	result, err := template.LaunchFlex(t.Context(), w.options(nil), l, template.WithHaste())
	if err != nil || result.Job == nil || len(w.running()) != 1 {
		t.Errorf("got %+v and %v, want a job", result, err)
	}
	l.Parameters["output"] = "bank-out"
	_, err = template.LaunchFlex(t.Context(), w.options(func(c *cmekpipe.Config) { c.JobName = "other" }), l, template.WithHaste())
	if e, ok := errors.AsType[*cmekpipe.Error](err); !ok || e.Code != cmekpipe.InvalidOptions || !strings.Contains(e.Err.Error(), "output") {
		t.Errorf("got error %v, want the parameter's name", err)
	}
	other := w.options(func(c *cmekpipe.Config) { c.Key = w.other.String(); c.JobName = "third" })
	w.CreateBucket("bank-other", region, w.other)
	_, err = template.LaunchFlex(t.Context(), other, l, template.WithHaste())
	if !errors.Is(err, cmekpipe.KeyMismatch) {
		t.Errorf("got error %v, want a launch under another key refused", err)
	}
}

func TestSpecsAreGolden(t *testing.T) {
	for name, tc := range map[string]struct {
		spec    func(*template.Spec)
		options func(*cmekpipe.Config)
	}{
		"least": {func(s *template.Spec) { *s = template.Spec{Image: "gcr.io/bank/least", Name: "Least"} }, nil},
		"full": {nil, func(c *cmekpipe.Config) {
			c.Labels, c.NoPublicIPs, c.MachineType = map[string]string{"team": "risk"}, true, "n2-standard-4"
			c.ServiceAccountEmail, c.MaxNumWorkers = "worker@bank-prod.iam.gserviceaccount.com", 9
		}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			if err := w.writeSpec(tc.spec, tc.options); err != nil {
				t.Fatal(err)
			}
			got, file := w.ReadObject(specURL), filepath.Join("testdata", name+".golden.json")
			if updating() {
				if err := os.WriteFile(file, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), string(got)); diff != "" {
				t.Errorf("specification (-want +got), go test ./cmekpipe/template -update writes it:\n%s", diff)
			}
		})
	}
}

func TestASpecThatCantBeLaunchedIsNotWritten(t *testing.T) {
	w := newWorld(t)
	parameter := func(p template.Parameter) func(*template.Spec) {
		return func(s *template.Spec) { s.Parameters = append(s.Parameters, p) }
	}
	for name, tc := range map[string]struct {
		change   func(*template.Spec)
		code     cmekpipe.Code
		resource string
	}{
		"no image":           {func(s *template.Spec) { s.Image = "" }, cmekpipe.InvalidOptions, "image"},
		"no name":            {func(s *template.Spec) { s.Name = "" }, cmekpipe.InvalidOptions, "name"},
		"unknown language":   {func(s *template.Spec) { s.Language = "COBOL" }, cmekpipe.InvalidOptions, "language"},
		"taken by options":   {parameter(template.Parameter{Name: "tempLocation"}), cmekpipe.InvalidOptions, "tempLocation"},
		"taken twice":        {parameter(template.Parameter{Name: "INPUT"}), cmekpipe.InvalidOptions, "INPUT"},
		"no parameter name":  {parameter(template.Parameter{}), cmekpipe.InvalidName, ""},
		"bad parameter name": {parameter(template.Parameter{Name: "a b"}), cmekpipe.InvalidName, "a b"},
		"unknown type":       {parameter(template.Parameter{Name: "a", Type: "SECRET"}), cmekpipe.InvalidOptions, "a"},
		"choices":            {parameter(template.Parameter{Name: "a", Choices: []string{"b"}}), cmekpipe.InvalidOptions, "a"},
		"no choices":         {parameter(template.Parameter{Name: "a", Type: template.Enum}), cmekpipe.InvalidOptions, "a"},
		"no choice":          {parameter(template.Parameter{Name: "a", Type: template.Enum, Choices: []string{"b"}, Default: "c"}), cmekpipe.InvalidOptions, "a"},
		"broken expression":  {parameter(template.Parameter{Name: "a", Regexes: []string{"("}}), cmekpipe.InvalidOptions, "a"},
		"default":            {parameter(template.Parameter{Name: "a", Regexes: []string{"b"}, Default: "bb"}), cmekpipe.InvalidOptions, "a"},
		"another key":        {parameter(template.Parameter{Name: "kmsKeyName", Default: w.other.String()}), cmekpipe.InvalidOptions, "kmsKeyName"},
		"sampling":           {parameter(template.Parameter{Name: "experiments", Default: "enable_data_sampling"}), cmekpipe.InvalidOptions, "experiments"},
	} {
		t.Run(name, func(t *testing.T) { requireError(t, w.writeSpec(tc.change, nil), tc.code, tc.resource) })
	}
	requireError(t, w.writeSpec(nil, func(c *cmekpipe.Config) { c.DiskType = "pd-ssd" }), cmekpipe.Unsupported, "disk_type")
	w.CreateBucket("bank-plain", region, cmekpipe.KeyName{})
	requireError(t, w.writeSpec(nil, func(c *cmekpipe.Config) { c.StagingLocation = "gs://bank-plain/s" }), cmekpipe.KeyMissing, "gs://bank-plain")
	err := template.WriteSpec(t.Context(), w.options(nil), "gs://bank-none/spec", nightlySpec(), template.WithHaste())
	requireError(t, err, cmekpipe.NotFound, "gs://bank-none")
	err = template.WriteSpec(t.Context(), w.options(nil), "bank-work", nightlySpec())
	requireError(t, err, cmekpipe.InvalidName, "bank-work")
	w.DenyKey(w.key, emulator.Storage)
	if err := w.writeSpec(nil, nil); cmekpipe.CodeOf(err) != cmekpipe.KeyDenied {
		t.Errorf("got error %v, want code %q", err, cmekpipe.KeyDenied)
	}
	if got := w.entries("object"); len(got) != 0 {
		t.Errorf("got %v, want nothing written", got)
	}
}

func TestAFolderIsNoPlaceForASpecification(t *testing.T) {
	w := newWorld(t)
	err := template.WriteSpec(t.Context(), w.options(nil), "gs://bank-work/templates/", template.Spec{Image: "i", Name: "n"},
		template.WithHaste(), template.WithProgress(w.said))
	e, ok := errors.AsType[*cmekpipe.Error](err)
	if !ok || e.Code != cmekpipe.InvalidName || !strings.Contains(e.Hint, "gs://bank-work/templates/template.json") {
		t.Errorf("got error %v, want code %q and a name to use", err, cmekpipe.InvalidName)
	}
	if got := w.entries("object"); len(got) != 0 {
		t.Errorf("got objects %v, want none", got)
	}
}
