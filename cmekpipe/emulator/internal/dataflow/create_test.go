package dataflow_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	api "google.golang.org/api/dataflow/v1b3"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/dataflow"
)

func TestCreateAnswersWithTheServicesFields(t *testing.T) {
	c := start(t)
	j := streamingJob("wordcount")
	j.ProjectId, j.Location = project, region
	j.Environment.UserAgent = []byte(`{"name":"Apache Beam SDK for Go","version":"2.77.0"}`)
	got := c.create(j)
	if form := `2026-11-24_01_52_26-`; !strings.HasPrefix(got.Id, form) || len(got.Id) != len(form)+19 {
		t.Errorf("got id %s, want %s and nineteen digits", got.Id, form)
	}
	got.ServerResponse.Header, got.ServerResponse.HTTPStatusCode = nil, 0
	want := &api.Job{
		Id: got.Id, Name: "wordcount", ProjectId: project, Location: region, Type: "JOB_TYPE_STREAMING",
		CreateTime: "2026-11-24T01:52:26Z", StartTime: "2026-11-24T01:52:26Z",
		CurrentState: "JOB_STATE_PENDING", CurrentStateTime: "2026-11-24T01:52:26Z",
		JobMetadata: &api.JobMetadata{SdkVersion: &api.SdkVersion{
			Version: "2.77.0", VersionDisplayName: "Apache Beam SDK for Go", SdkSupportStatus: "UNKNOWN",
		}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("job (-want +got):\n%s", diff)
	}
}

func TestCreateWithoutLocationActsOnUSCentral1(t *testing.T) {
	c := start(t)
	made, err := c.all.Projects.Jobs.Create(project, streamingJob("job")).Do()
	if err != nil {
		t.Fatal(err)
	}
	if made.Location != "us-central1" {
		t.Errorf("got location %s, want us-central1", made.Location)
	}
	if _, err := c.all.Projects.Jobs.Get(project, made.Id).Do(); err != nil {
		t.Errorf("get without a location: %v", err)
	}
	if _, err := c.jobs.Get(project, "us-central1", made.Id).Do(); err != nil {
		t.Errorf("get in us-central1: %v", err)
	}
	_, err = c.all.Projects.Jobs.Get(project, made.Id).Location("us-east1").Do()
	wantError(t, err, http.StatusNotFound, "notFound")
}

// The malformed submissions, which also seed the fuzz target.
func malformedJobs() map[string]string {
	return map[string]string{
		"no JSON":          `{"name"`,
		"no object":        `[]`,
		"null":             `null`,
		"empty":            ``,
		"no name":          `{"type":"JOB_TYPE_BATCH"}`,
		"upper case":       `{"type":"JOB_TYPE_BATCH","name":"Job"}`,
		"underscore":       `{"type":"JOB_TYPE_BATCH","name":"my_job"}`,
		"digit first":      `{"type":"JOB_TYPE_BATCH","name":"1job"}`,
		"hyphen last":      `{"type":"JOB_TYPE_BATCH","name":"job-"}`,
		"line break":       `{"type":"JOB_TYPE_BATCH","name":"job\n"}`,
		"too long":         `{"type":"JOB_TYPE_BATCH","name":"` + strings.Repeat("j", 1025) + `"}`,
		"no type":          `{"name":"job"}`,
		"unknown type":     `{"name":"job","type":"JOB_TYPE_UNKNOWN"}`,
		"other project":    `{"name":"job","type":"JOB_TYPE_BATCH","projectId":"other-project"}`,
		"other location":   `{"name":"job","type":"JOB_TYPE_BATCH","location":"us-east1"}`,
		"steps of no list": `{"name":"job","type":"JOB_TYPE_BATCH","steps":7}`,
		"key of no string": `{"name":"job","type":"JOB_TYPE_BATCH","environment":{"serviceKmsKeyName":42}}`,
	}
}

func TestCreateRefusesAMalformedJobAndStoresNothing(t *testing.T) {
	c := start(t)
	for name, body := range malformedJobs() {
		t.Run(name, func(t *testing.T) {
			if status, text := c.post(t, project, region, body); status != http.StatusBadRequest {
				t.Errorf("got status %d %s, want 400", status, text)
			}
		})
	}
	if list, err := c.jobs.List(project, region).Do(); err != nil || len(list.Jobs) != 0 {
		t.Errorf("got %v jobs and error %v, want none", list, err)
	}
	if got := c.env.Ledger.Entries(); len(got) != 0 {
		t.Errorf("got ledger %v, want it empty", got)
	}
}

func TestRefusalNamesTheFieldAndNotItsValue(t *testing.T) {
	c := start(t)
	_, text := c.post(t, project, region,
		`{"name":"job","type":"JOB_TYPE_BATCH","environment":{"workerZone":["secret-zone"]}}`)
	if !strings.Contains(text, "'job.environment.worker_zone'") || strings.Contains(text, "secret-zone") {
		t.Errorf("got %s, want the field worker_zone without its value", text)
	}
}

func TestLongestAndShortestNamesAreAccepted(t *testing.T) {
	c := start(t)
	for _, name := range []string{"j", strings.Repeat("j", 1024)} {
		c.create(batchJob(name))
	}
}

func TestPathIsChecked(t *testing.T) {
	for _, test := range []struct {
		project, region string
		want            int
	}{
		{project, "us-central1", http.StatusOK},
		{"123456789012", "europe-west4", http.StatusOK},
		{"example.com:my-project", "us-central1", http.StatusOK},
		{project, "us-narnia9", http.StatusOK}, // Google adds regions
		{project, "global", http.StatusNotFound},
		{project, "us", http.StatusNotFound},
		{project, "us-central1-a", http.StatusNotFound},
		{project, "US-CENTRAL1", http.StatusNotFound},
		{"p", "us-central1", http.StatusBadRequest},
		{"My-Project", "us-central1", http.StatusBadRequest},
		{"my-project-", "us-central1", http.StatusBadRequest},
	} {
		t.Run(test.project+" "+test.region, func(t *testing.T) {
			c := start(t)
			status, text := c.post(t, test.project, test.region, `{"name":"job","type":"JOB_TYPE_BATCH"}`)
			if status != test.want {
				t.Errorf("got status %d %s, want %d", status, text, test.want)
			}
		})
	}
}

func TestRunningJobKeepsItsName(t *testing.T) {
	c := start(t)
	first := c.create(streamingJob("job")).Id
	_, err := c.jobs.Create(project, region, streamingJob("job")).Do()
	e := wantError(t, err, http.StatusConflict, "alreadyExists")
	if !strings.Contains(e.Message, "There is already an active job named job.") {
		t.Errorf("got message %q, want Google's about the active job", e.Message)
	}
	if got := len(c.env.Ledger.Entries()); got != 1 {
		t.Errorf("got %d ledger entries, want the first job's alone", got)
	}
	if _, err := c.jobs.Create(project, "us-east1", streamingJob("job")).Do(); err != nil {
		t.Errorf("the same name in another region: %v", err)
	}
	if _, err := c.jobs.Create("other-project", region, streamingJob("job")).Do(); err != nil {
		t.Errorf("the same name in another project: %v", err)
	}
	if _, err := c.request(first, "JOB_STATE_CANCELLED"); err != nil {
		t.Fatal(err)
	}
	_, err = c.jobs.Create(project, region, streamingJob("job")).Do()
	wantError(t, err, http.StatusConflict, "alreadyExists")
	c.clock.pass(2 * time.Second)
	if again := c.create(streamingJob("job")); again.Id == first {
		t.Errorf("got the id of the cancelled job again: %s", again.Id)
	}
}

func TestSameClientRequestIdReturnsTheSameJob(t *testing.T) {
	c := start(t)
	ask := withKey(batchJob("job"), keyName)
	ask.ClientRequestId = "request-1"
	first := c.create(ask)
	if first.ClientRequestId != "request-1" {
		t.Errorf("got client request id %q, want request-1", first.ClientRequestId)
	}
	if again := c.create(ask); again.Id != first.Id {
		t.Errorf("got job %s, want %s again", again.Id, first.Id)
	}
	c.clock.pass(time.Hour)
	if again := c.create(ask); again.Id != first.Id || again.CurrentState != "JOB_STATE_DONE" {
		t.Errorf("got job %s in %s, want %s, which is done", again.Id, again.CurrentState, first.Id)
	}
	ask.ClientRequestId = "request-2"
	if other := c.create(ask); other.Id == first.Id {
		t.Errorf("got job %s for another request", other.Id)
	}
	if got := len(c.env.Ledger.Entries()); got != 2 {
		t.Errorf("got %d ledger entries, want one for each of the two jobs", got)
	}
}

func TestEveryFieldOfASubmittedJobSurvives(t *testing.T) {
	c := start(t)
	status, text := c.post(t, project, region, `{"name":"job","type":"JOB_TYPE_BATCH","tempFiles":["a","b"],
		"id":"mine","currentState":"JOB_STATE_DONE","replacedByJobId":"other",
		"labels":{"team":"a"},"environment":{"serviceKmsKeyName":"`+keyName+`","sdkPipelineOptions":{"deep":9007199254740993}}}`)
	if status != http.StatusOK {
		t.Fatalf("got status %d %s", status, text)
	}
	var made struct{ ID string }
	if err := json.Unmarshal([]byte(text), &made); err != nil || made.ID == "mine" {
		t.Fatalf("got id %q and error %v, want an id of the service's", made.ID, err)
	}
	resp, err := httpClient(t).Get(c.url + "/v1b3/projects/" + project + "/locations/" + region + "/jobs/" + made.ID + "?view=JOB_VIEW_ALL")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var got map[string]json.RawMessage
	if err := json.NewDecoder(resp.Body).Decode(&got); err != nil {
		t.Fatal(err)
	}
	for field, want := range map[string]string{
		"tempFiles": `["a","b"]`, "labels": `{"team":"a"}`, "currentState": `"JOB_STATE_PENDING"`,
		"replacedByJobId": "",
		"environment":     `{"serviceKmsKeyName":"` + keyName + `","sdkPipelineOptions":{"deep":9007199254740993}}`,
	} {
		if string(got[field]) != want {
			t.Errorf("got %s %s, want %s", field, got[field], want)
		}
	}
}

func TestLedgerHasTheKeyOfEveryJob(t *testing.T) {
	c := start(t)
	key, err := cmekpipe.ParseKeyName(keyName)
	if err != nil {
		t.Fatal(err)
	}
	a := c.create(withKey(batchJob("a"), keyName)).Id
	b := c.create(batchJob("b")).Id
	d := c.create(withKey(batchJob("d"), "no-key")).Id
	entry := core.Entry{
		Time: c.clock.read(), Service: "dataflow", Method: "dataflow.jobs.create", Kind: "job", Project: project,
	}
	var want []core.Entry
	for _, id := range []string{a, b, d} {
		entry.Name = "projects/test-project/locations/us-central1/jobs/" + id
		entry.KeyName, entry.KeyAsked = cmekpipe.KeyName{}, false
		if id == a {
			entry.KeyName, entry.KeyAsked = key, true
		}
		want = append(want, entry)
	}
	if diff := cmp.Diff(want, c.env.Ledger.Entries(), cmp.Comparer(func(a, b cmekpipe.KeyName) bool { return a == b }),
		cmp.Comparer(func(a, b cmekpipe.KeyVersionName) bool { return a == b })); diff != "" {
		t.Errorf("ledger (-want +got):\n%s", diff)
	}
}

func TestTamperedJobIsStored(t *testing.T) {
	c := start(t)
	c.control.Tamper(func(j *api.Job) { j.Environment.ServiceKmsKeyName = "" })
	id := c.create(withKey(batchJob("job"), keyName)).Id
	if got := c.look(id).Environment.ServiceKmsKeyName; got != "" {
		t.Errorf("got key %s, want none", got)
	}
	if got := c.env.Ledger.Entries()[0].KeyName; got.Valid() {
		t.Errorf("got key %s in the ledger, want none", got)
	}
	c.control.Tamper(nil)
	id = c.create(withKey(batchJob("next"), keyName)).Id
	if got := c.look(id).Environment.ServiceKmsKeyName; got != keyName {
		t.Errorf("got key %s after the tampering, want %s", got, keyName)
	}
}

func TestJobThatTamperCannotReadIsRefused(t *testing.T) {
	c := start(t)
	c.control.Tamper(func(*api.Job) {})
	status, text := c.post(t, project, region, `{"name":"job","type":"JOB_TYPE_BATCH","labels":7}`)
	if status != http.StatusBadRequest || !strings.Contains(text, "labels") {
		t.Errorf("got status %d %s, want 400 and the field", status, text)
	}
}

// post submits an unchanged body.
func (c *cloud) post(t *testing.T, project, region, body string) (status int, text string) {
	t.Helper()
	return c.send(t, http.MethodPost, "/v1b3/projects/"+project+"/locations/"+region+"/jobs", body)
}

func FuzzCreate(f *testing.F) {
	for _, body := range malformedJobs() {
		f.Add(body)
	}
	f.Add(`{"name":"job","type":"JOB_TYPE_STREAMING","steps":[{"kind":"k","properties":{}}]}`)
	f.Add(`{"name":"job","type":"JOB_TYPE_BATCH","environment":{"serviceKmsKeyName":"` + keyName + `"},"steps":[null]}`)
	f.Fuzz(func(t *testing.T, body string) {
		env := &core.Env{Now: time.Now, Ledger: &core.Ledger{}, Faults: &core.Faults{}, Keys: newKeys()}
		status, text := serveOnce(t, dataflow.New(env, files{}), body)
		if status != http.StatusOK && status != http.StatusBadRequest && status != http.StatusNotFound {
			t.Errorf("got status %d %s", status, text)
		}
		if !json.Valid([]byte(text)) {
			t.Errorf("got %q, want JSON", text)
		}
		if made := len(env.Ledger.Entries()); (made == 1) != (status == http.StatusOK) {
			t.Errorf("got status %d and %d ledger entries", status, made)
		}
	})
}
