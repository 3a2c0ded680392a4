package dataflow_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	api "google.golang.org/api/dataflow/v1b3"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
)

// flexSpec is a template of a streaming pipeline with one required parameter.
func flexSpec() *api.ContainerSpec {
	return &api.ContainerSpec{
		Image: "us-docker.pkg.dev/p/r/i", SdkInfo: &api.SDKInfo{Language: "GO"},
		Metadata: &api.TemplateMetadata{Name: "Flex", Streaming: true, Parameters: []*api.ParameterMetadata{
			{Name: "input", Regexes: []string{"gs://.+", ".+[^/]"}},
			{Name: "mode", IsOptional: true, EnumOptions: []*api.ParameterMetadataEnumOption{{Value: "fast"}, {Value: "slow"}}},
		}},
	}
}

// flexLaunch is a launch with every setting.
func flexLaunch() *api.LaunchFlexTemplateParameter {
	return &api.LaunchFlexTemplateParameter{
		JobName: "flex", ContainerSpec: flexSpec(), Parameters: map[string]string{"input": "gs://b/in"},
		Environment: &api.FlexTemplateRuntimeEnvironment{
			KmsKeyName: keyName, TempLocation: "gs://work/tmp", StagingLocation: "gs://work/staging/",
		},
	}
}

func (c *cloud) flex(l *api.LaunchFlexTemplateParameter, validateOnly bool) (*api.Job, error) {
	answer, err := c.all.Projects.Locations.FlexTemplates.Launch(project, region,
		&api.LaunchFlexTemplateRequest{LaunchParameter: l, ValidateOnly: validateOnly}).Do()
	if err != nil {
		return nil, err
	}
	return answer.Job, nil
}

func TestFlexTemplateIsLaunched(t *testing.T) {
	c := start(t)
	c.files["gs://work/"] = "bucket"
	job, err := c.flex(flexLaunch(), false)
	if err != nil {
		t.Fatal(err)
	}
	c.wantState(job.Id, "JOB_STATE_QUEUED")
	c.clock.pass(time.Second)
	c.wantState(job.Id, "JOB_STATE_PENDING")
	c.clock.pass(time.Second)
	got := c.look(job.Id)
	if got.CurrentState != "JOB_STATE_RUNNING" || got.Type != "JOB_TYPE_STREAMING" || got.Name != "flex" ||
		got.Environment.ServiceKmsKeyName != keyName || got.Environment.TempStoragePrefix != "gs://work/tmp" {
		t.Errorf("got job %+v with environment %+v", got, got.Environment)
	}
	if !strings.Contains(string(got.Environment.SdkPipelineOptions), `"input":"gs://b/in"`) {
		t.Errorf("got options %s, want the parameter", got.Environment.SdkPipelineOptions)
	}
	if c.files["gs://work/staging/template_launches/"+job.Id+"/console_logs"] == "" {
		t.Errorf("got files %v, want the launcher's in the staging folder", c.files)
	}
	for url := range c.files {
		if strings.HasPrefix(url, "gs://dataflow-staging-") {
			t.Errorf("got %s, want no bucket of Dataflow's own", url)
		}
	}
	e := c.env.Ledger.Entries()[0]
	if e.Method != "dataflow.flexTemplates.launch" || e.KeyName.String() != keyName {
		t.Errorf("got ledger entry %+v, want the job with its key", e)
	}
}

func TestFlexLaunchWithoutFoldersCreatesABucket(t *testing.T) {
	bucket := "gs://dataflow-staging-us-central1-" + core.ProjectNumber(project) + "/"
	for name, change := range map[string]func(*api.FlexTemplateRuntimeEnvironment){
		"no temp location":    func(e *api.FlexTemplateRuntimeEnvironment) { e.TempLocation = "" },
		"no staging location": func(e *api.FlexTemplateRuntimeEnvironment) { e.StagingLocation = "" },
		"neither":             func(e *api.FlexTemplateRuntimeEnvironment) { e.TempLocation, e.StagingLocation = "", "" },
	} {
		t.Run(name, func(t *testing.T) {
			c := start(t)
			c.files["gs://work/"] = "bucket"
			l := flexLaunch()
			change(l.Environment)
			job, err := c.flex(l, false)
			if err != nil {
				t.Fatal(err)
			}
			c.clock.pass(2 * time.Second)
			c.wantState(job.Id, "JOB_STATE_RUNNING")
			if got := c.files[bucket]; got != "bucket of "+project+" in "+region {
				t.Errorf("got %q at %s, want a bucket in the job's region", got, bucket)
			}
		})
	}
	t.Run("named by options", func(t *testing.T) {
		c := start(t)
		c.files["gs://work/"] = "bucket"
		l := flexLaunch()
		l.Environment.TempLocation, l.Environment.StagingLocation = "", ""
		l.Parameters["temp_location"] = "gs://work/tmp"
		l.Environment.AdditionalPipelineOptions = []string{"--stagingLocation=gs://work/staging"}
		if _, err := c.flex(l, false); err != nil {
			t.Fatal(err)
		}
		c.clock.pass(2 * time.Second)
		if names(t, c.jobs.List(project, region)); c.files[bucket] != "" {
			t.Error("got a bucket of Dataflow's own, want the named folders used")
		}
	})
}

func TestFlexLaunchIntoAMissingBucketFails(t *testing.T) {
	c := start(t)
	job, err := c.flex(flexLaunch(), false)
	if err != nil {
		t.Fatal(err)
	}
	c.clock.pass(time.Second)
	c.wantState(job.Id, "JOB_STATE_FAILED")
	if got := c.errorTexts(job.Id); len(got) != 1 || !strings.Contains(got[0], "Template launch failed. See console logs.") {
		t.Errorf("got messages %q, want Google's", got)
	}
}

// The key is the last one that reaches the program: none, the environment's, a parameter's, an additional option's.
func TestKeyOfAFlexLaunch(t *testing.T) {
	for _, test := range []struct {
		name, byDefault, given, parameter, option, want string
	}{
		{"none", "", "", "", "", ""},
		{"given", "", keyName, "", "", keyName},
		{"by default", keyName, "", "", "", keyName},
		{"launch key over the default", otherKey, keyName, "", "", keyName},
		{"parameter", "", "", keyName, "", keyName},
		{"option over all others", "", keyName, "", "--dataflow_kms_key=" + otherKey, otherKey},
		{"option in Java's spelling", "", keyName, "", "--dataflowKmsKey=" + otherKey, otherKey},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := start(t)
			l := flexLaunch()
			l.ContainerSpec.DefaultEnvironment = &api.FlexTemplateRuntimeEnvironment{KmsKeyName: test.byDefault}
			l.Environment.KmsKeyName = test.given
			if test.parameter != "" {
				l.Parameters["dataflow_kms_key"] = test.parameter
			}
			if test.option != "" {
				l.Environment.AdditionalPipelineOptions = []string{test.option}
			}
			job, err := c.flex(l, false)
			if err != nil {
				t.Fatal(err)
			}
			if got := c.look(job.Id).Environment.ServiceKmsKeyName; got != test.want {
				t.Errorf("got key %q, want %q", got, test.want)
			}
			if got := c.env.Ledger.Entries()[0].KeyName.String(); got != test.want {
				t.Errorf("got key %q in the ledger, want %q", got, test.want)
			}
		})
	}
}

func TestFlexLaunchIsRefused(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(*api.LaunchFlexTemplateParameter)
		want   string
	}{
		{"no template", func(l *api.LaunchFlexTemplateParameter) { l.ContainerSpec = nil }, "one of them"},
		{"two templates", func(l *api.LaunchFlexTemplateParameter) { l.ContainerSpecGcsPath = template }, "one of them"},
		{"no image", func(l *api.LaunchFlexTemplateParameter) { l.ContainerSpec.Image = "" }, "No container image"},
		{"no language", func(l *api.LaunchFlexTemplateParameter) { l.ContainerSpec.SdkInfo = nil }, "No SDK language information is provided."},
		{"unknown language", func(l *api.LaunchFlexTemplateParameter) { l.ContainerSpec.SdkInfo.Language = "COBOL" }, "No SDK language"},
		{"no name", func(l *api.LaunchFlexTemplateParameter) { l.JobName = "" }, "got job name"},
		{"missing parameter", func(l *api.LaunchFlexTemplateParameter) { l.Parameters = nil },
			"The template parameters are invalid. Details: \ninput: Missing required parameter"},
		{"unrecognized parameter", func(l *api.LaunchFlexTemplateParameter) { l.Parameters["streaming"] = "true" },
			"\nstreaming: Unrecognized parameter"},
		{"two expressions", func(l *api.LaunchFlexTemplateParameter) { l.Parameters["input"] = "x/" },
			"\ninput: Parameter didn't match regex 'gs://.+'\ninput: Parameter didn't match regex '.+[^/]'"},
		{"no choice", func(l *api.LaunchFlexTemplateParameter) { l.Parameters["mode"] = "medium" }, "\nmode: "},
		{"twice", func(l *api.LaunchFlexTemplateParameter) { l.Parameters["dataflowKmsKey"] = keyName },
			"Runtime parameter dataflowKmsKey should not be specified in both parameters field and environment field."},
		{"no folder", func(l *api.LaunchFlexTemplateParameter) { l.Environment.StagingLocation = "work" }, "beginning with gs://"},
		{"no enum", func(l *api.LaunchFlexTemplateParameter) { l.Environment.FlexrsGoal = "CHEAP" },
			"Invalid value at 'launch_parameter.environment.flexrs_goal'"},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := start(t)
			l := flexLaunch()
			test.change(l)
			for _, validateOnly := range []bool{true, false} {
				_, err := c.flex(l, validateOnly)
				if e := wantError(t, err, http.StatusBadRequest, "badRequest"); !strings.Contains(e.Message, test.want) {
					t.Errorf("got message %q, want %q", e.Message, test.want)
				}
			}
			if got := c.env.Ledger.Entries(); len(got) != 0 || len(c.files) != 0 {
				t.Errorf("got ledger %v and files %v, want nothing", got, c.files)
			}
		})
	}
	c := start(t)
	_, err := c.flex(nil, false)
	wantError(t, err, http.StatusBadRequest, "badRequest")
}

func TestViolationsAreErrorDetails(t *testing.T) {
	c := start(t)
	l := flexLaunch()
	l.Parameters = nil
	_, err := c.flex(l, true)
	want := []any{map[string]any{
		"@type":               "type.googleapis.com/google.dataflow.v1beta3.InvalidTemplateParameters",
		"parameterViolations": []any{map[string]any{"parameter": "input", "description": "Missing required parameter"}},
	}}
	if diff := cmp.Diff(want, wantError(t, err, http.StatusBadRequest, "badRequest").Details); diff != "" {
		t.Errorf("details (-want +got):\n%s", diff)
	}
}

func TestFlexSpecIsReadFromAFile(t *testing.T) {
	c := start(t)
	text, err := json.Marshal(flexSpec())
	if err != nil {
		t.Fatal(err)
	}
	c.files[template] = string(text)
	l := flexLaunch()
	l.ContainerSpec, l.ContainerSpecGcsPath = nil, template
	if job, err := c.flex(l, true); err != nil || job != nil {
		t.Errorf("got %v, %v, want a valid launch without a job", job, err)
	}
	got, err := c.all.Projects.Locations.Templates.Get(project, region).GcsPath(template).Do()
	if err != nil || got.TemplateType != "FLEX" || got.Metadata.Name != "Flex" || got.RuntimeMetadata.SdkInfo.Language != "GO" {
		t.Errorf("got %+v, %v, want the specification's metadata", got, err)
	}
	c.files[template] = `{"image":"i"}`
	_, err = c.flex(l, true)
	if e := wantError(t, err, http.StatusBadRequest, "badRequest"); !strings.HasPrefix(e.Message, "Invalid template file "+template) {
		t.Errorf("got message %q, want Google's", e.Message)
	}
	l.ContainerSpecGcsPath = "gs://templates/none"
	_, err = c.flex(l, true)
	wantError(t, err, http.StatusNotFound, "notFound")
}
