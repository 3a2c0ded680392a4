package dataflow_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	api "google.golang.org/api/dataflow/v1b3"
)

const (
	template = "gs://templates/nightly"
	otherKey = "projects/key-project/locations/us-central1/keyRings/ring/cryptoKeys/other"
)

// templated stores a classic template of a job for launches.
func (c *cloud) templated(j *api.Job) {
	c.t.Helper()
	text, err := json.Marshal(j)
	if err != nil {
		c.t.Fatal(err)
	}
	c.files[template] = string(text)
}

func (c *cloud) launch(p *api.LaunchTemplateParameters) *api.Job {
	c.t.Helper()
	answer, err := c.all.Projects.Locations.Templates.Launch(project, region, p).GcsPath(template).Do()
	if err != nil {
		c.t.Fatal(err)
	}
	return c.look(answer.Job.Id)
}

func TestClassicTemplateIsLaunched(t *testing.T) {
	c := start(t)
	stored := batchJob("template")
	stored.ClientRequestId, stored.ProjectId = "theirs", "other-project"
	stored.Environment.Experiments = []string{"use_runner_v2"}
	stored.Environment.TempStoragePrefix = "gs://stored/tmp"
	stored.Environment.WorkerPools = []*api.WorkerPool{{Kind: "harness", NumWorkers: 1, MachineType: "n1-standard-1"}}
	stored.Environment.SdkPipelineOptions = []byte(`{"options":{"input":"a","pipelineUrl":"gs://b/model"},"go":1}`)
	stored.Labels = map[string]string{"team": "a"}
	c.templated(stored)
	job := c.launch(&api.LaunchTemplateParameters{
		JobName: "nightly", Parameters: map[string]string{"input": "b"},
		Environment: &api.RuntimeEnvironment{
			KmsKeyName: keyName, TempLocation: "gs://given/tmp", ServiceAccountEmail: "w@p.iam.gserviceaccount.com",
			MachineType: "n2-standard-2", NumWorkers: 2, MaxWorkers: 9, DiskSizeGb: 30, Network: "n", Subnetwork: "s",
			IpConfiguration: "WORKER_IP_PRIVATE", WorkerZone: "us-central1-a", Zone: "us-central1-b",
			AdditionalExperiments: []string{"more"}, AdditionalUserLabels: map[string]string{"run": "1"},
			AdditionalPipelineOptions: []string{"--hot=1"}, EnableStreamingEngine: true,
			StreamingMode: "STREAMING_MODE_EXACTLY_ONCE", WorkerRegion: "us-central1",
		},
	})
	var options map[string]any
	if err := json.Unmarshal(job.Environment.SdkPipelineOptions, &options); err != nil {
		t.Fatal(err)
	}
	wantOptions := map[string]any{"go": 1.0, "options": map[string]any{
		"input": "b", "pipelineUrl": "gs://b/model", "additionalPipelineOptions": []any{"--hot=1"}}}
	if diff := cmp.Diff(wantOptions, options); diff != "" {
		t.Errorf("pipeline options (-want +got):\n%s", diff)
	}
	want := &api.Job{
		Name: "nightly", ProjectId: project, Location: region, Type: "JOB_TYPE_BATCH", CurrentState: "JOB_STATE_PENDING",
		Labels: map[string]string{"team": "a", "run": "1"},
		Environment: &api.Environment{
			ServiceKmsKeyName: keyName, TempStoragePrefix: "gs://given/tmp", ServiceAccountEmail: "w@p.iam.gserviceaccount.com",
			Experiments:   []string{"use_runner_v2", "more", "enable_streaming_engine"},
			StreamingMode: "STREAMING_MODE_EXACTLY_ONCE", WorkerRegion: "us-central1", WorkerZone: "us-central1-a",
			WorkerPools: []*api.WorkerPool{{Kind: "harness", NumWorkers: 2, MachineType: "n2-standard-2", DiskSizeGb: 30,
				Network: "n", Subnetwork: "s", IpConfiguration: "WORKER_IP_PRIVATE", Zone: "us-central1-b",
				AutoscalingSettings: &api.AutoscalingSettings{MaxNumWorkers: 9}}},
		},
	}
	if diff := cmp.Diff(want, job, cmpopts.IgnoreFields(api.Job{}, "ServerResponse", "Id", "CreateTime", "StartTime",
		"CurrentStateTime"), cmpopts.IgnoreFields(api.Environment{}, "SdkPipelineOptions")); diff != "" {
		t.Errorf("job (-want +got):\n%s", diff)
	}
	e := c.env.Ledger.Entries()[0]
	if e.Method != "dataflow.templates.launch" || e.KeyName.String() != keyName || !strings.HasSuffix(e.Name, job.Id) {
		t.Errorf("got ledger entry %+v, want the job with its key", e)
	}
}

func TestJobHasTheKeyOfItsLaunch(t *testing.T) {
	for _, test := range []struct {
		name, stored, given string
		storedWins          bool
		want                string
	}{
		{"given", "", keyName, false, keyName},
		{"none", "", "", false, ""},
		{"stored alone", keyName, "", false, ""},
		{"both", otherKey, keyName, false, keyName},
		{"stored alone, if it wins", keyName, "", true, keyName},
		{"both, if the stored wins", otherKey, keyName, true, otherKey},
		{"given alone, if the stored wins", "", keyName, true, keyName},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := start(t)
			c.control.StoredKeyWins(test.storedWins)
			c.templated(withKey(batchJob("template"), test.stored))
			job := c.launch(&api.LaunchTemplateParameters{JobName: "job", Environment: &api.RuntimeEnvironment{KmsKeyName: test.given}})
			if got := job.Environment.ServiceKmsKeyName; got != test.want {
				t.Errorf("got key %q, want %q", got, test.want)
			}
			if got := c.env.Ledger.Entries()[0].KeyName.String(); got != test.want {
				t.Errorf("got key %q in the ledger, want %q", got, test.want)
			}
		})
	}
}

func TestTemplatesCreateCreatesAJob(t *testing.T) {
	c := start(t)
	c.templated(batchJob("template"))
	made, err := c.all.Projects.Locations.Templates.Create(project, region, &api.CreateJobFromTemplateRequest{
		GcsPath: template, JobName: "job", Environment: &api.RuntimeEnvironment{KmsKeyName: keyName},
	}).Do()
	if err != nil {
		t.Fatal(err)
	}
	if got := c.look(made.Id); got.Name != "job" || got.Environment.ServiceKmsKeyName != keyName {
		t.Errorf("got job %s with %q, want job with its key", got.Name, got.Environment.ServiceKmsKeyName)
	}
	_, err = c.all.Projects.Templates.Create(project, &api.CreateJobFromTemplateRequest{
		GcsPath: template, JobName: "next", Location: "us-east1"}).Do()
	wantError(t, err, http.StatusBadRequest, "badRequest")
}

func TestLaunchIsRefused(t *testing.T) {
	for _, test := range []struct {
		name, path, text, metadata string
		launch                     api.LaunchTemplateParameters
		status                     int
		want                       string
	}{
		{"no path", "", "{}", "", api.LaunchTemplateParameters{JobName: "j"}, 400, "want gs://bucket/object"},
		{"no file", "gs://templates/none", "{}", "", api.LaunchTemplateParameters{JobName: "j"}, 404,
			"Unable to open template file: gs://templates/none."},
		{"no template", template, "steps", "", api.LaunchTemplateParameters{JobName: "j"}, 400, "Unable to parse template file '" + template},
		{"no job", template, `{"image":"i"}`, "", api.LaunchTemplateParameters{JobName: "j"}, 400, "Unable to parse template file"},
		{"no name", template, "", "", api.LaunchTemplateParameters{}, 400, `got job name ""`},
		{"bad name", template, "", "", api.LaunchTemplateParameters{JobName: "My Job"}, 400, "got job name"},
		{"no folder", template, "", "", api.LaunchTemplateParameters{JobName: "j",
			Environment: &api.RuntimeEnvironment{TempLocation: "/tmp"}}, 400, "beginning with gs://"},
		{"no enum", template, "", "", api.LaunchTemplateParameters{JobName: "j",
			Environment: &api.RuntimeEnvironment{IpConfiguration: "PRIVATE"}}, 400, "launch_parameters.environment.ip_configuration"},
		{"bad label", template, "", "", api.LaunchTemplateParameters{JobName: "j",
			Environment: &api.RuntimeEnvironment{AdditionalUserLabels: map[string]string{"A": ""}}}, 400, "label key"},
		{"unexpected parameters", template, "", "", api.LaunchTemplateParameters{JobName: "j", Parameters: map[string]string{"x": "", "y": ""}},
			400, "Found unexpected parameters: ['x', 'y']"},
		{"parameter against metadata", template, "", `{"name":"n","parameters":[{"name":"x","regexes":["[0-9]+"]}]}`,
			api.LaunchTemplateParameters{JobName: "j", Parameters: map[string]string{"x": "a1"}}, 400,
			"The template parameters are invalid. Details: \nx: Parameter didn't match regex '[0-9]+'"},
		{"broken metadata", template, "", `{"parameterz":[]}`, api.LaunchTemplateParameters{JobName: "j"}, 400, "_metadata'"},
		{"update of nothing", template, "", "", api.LaunchTemplateParameters{JobName: "j", Update: true}, 404, "no active job named j"},
		{"mapping without update", template, "", "", api.LaunchTemplateParameters{JobName: "j",
			TransformNameMapping: map[string]string{"a": "b"}}, 400, "replaces no other"},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := start(t)
			c.templated(batchJob("template"))
			if test.text != "" {
				c.files[template] = test.text
			}
			if test.metadata != "" {
				c.files[template+"_metadata"] = test.metadata
			}
			for _, validateOnly := range []bool{true, false} {
				_, err := c.all.Projects.Locations.Templates.Launch(project, region, &test.launch).GcsPath(test.path).
					ValidateOnly(validateOnly).Do()
				reason := map[int]string{400: "badRequest", 404: "notFound"}[test.status]
				if e := wantError(t, err, test.status, reason); !strings.Contains(e.Message, test.want) {
					t.Errorf("got message %q, want %q", e.Message, test.want)
				}
			}
			if got := c.env.Ledger.Entries(); len(got) != 0 {
				t.Errorf("got ledger %v, want it empty", got)
			}
		})
	}
}

func TestValidateOnlyCreatesNoJob(t *testing.T) {
	c := start(t)
	c.templated(batchJob("template"))
	answer, err := c.all.Projects.Locations.Templates.Launch(project, region, &api.LaunchTemplateParameters{JobName: "j"}).
		GcsPath(template).ValidateOnly(true).Do()
	if err != nil || answer.Job != nil {
		t.Errorf("got %v, %v, want no job and no error", answer, err)
	}
	if got := names(t, c.jobs.List(project, region)); len(got) != 0 {
		t.Errorf("got jobs %v, want none", got)
	}
	status, _ := c.send(t, http.MethodPost, "/v1b3/projects/"+project+"/templates:launch?gcsPath="+template+"&validateOnly=maybe", `{"jobName":"j"}`)
	if status != http.StatusBadRequest {
		t.Errorf("got status %d for validateOnly=maybe, want 400", status)
	}
}

func TestLaunchUpdatesTheRunningJob(t *testing.T) {
	c := start(t)
	c.templated(streamingJob("template"))
	old := c.create(withKey(streamingJob("job"), keyName)).Id
	c.clock.pass(time.Second)
	ask := &api.LaunchTemplateParameters{JobName: "job", Update: true, Environment: &api.RuntimeEnvironment{KmsKeyName: otherKey}}
	_, err := c.all.Projects.Locations.Templates.Launch(project, region, ask).GcsPath(template).Do()
	wantError(t, err, http.StatusBadRequest, "failedPrecondition")
	ask.Environment.KmsKeyName = keyName
	job := c.launch(ask)
	c.clock.pass(time.Second)
	c.wantState(job.Id, "JOB_STATE_RUNNING")
	c.wantState(old, "JOB_STATE_UPDATED")
	ask.Update = false
	_, err = c.all.Projects.Locations.Templates.Launch(project, region, ask).GcsPath(template).Do()
	wantError(t, err, http.StatusConflict, "alreadyExists")
}

func TestGetTemplateReturnsTheMetadata(t *testing.T) {
	c := start(t)
	c.templated(batchJob("template"))
	get := func(path string) (*api.GetTemplateResponse, error) {
		return c.all.Projects.Locations.Templates.Get(project, region).GcsPath(path).View("METADATA_ONLY").Do()
	}
	got, err := get(template)
	if err != nil {
		t.Fatal(err)
	}
	if got.TemplateType != "LEGACY" || got.Status.Code != 5 || got.Metadata != nil {
		t.Errorf("got %+v, want a template without metadata", got)
	}
	c.files[template+"_metadata"] = `{"name":"Nightly","parameters":[{"name":"key","paramType":"KMS_KEY_NAME","isOptional":true}]}`
	if got, err = get(template); err != nil {
		t.Fatal(err)
	}
	want := &api.TemplateMetadata{Name: "Nightly", Parameters: []*api.ParameterMetadata{{Name: "key", ParamType: "KMS_KEY_NAME", IsOptional: true}}}
	if diff := cmp.Diff(want, got.Metadata); diff != "" || got.Status.Code != 0 {
		t.Errorf("status %v, metadata (-want +got):\n%s", got.Status, diff)
	}
	_, err = get("gs://templates/none")
	wantError(t, err, http.StatusNotFound, "notFound")
}
