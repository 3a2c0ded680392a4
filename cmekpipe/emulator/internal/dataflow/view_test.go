package dataflow_test

import (
	"net/http"
	"testing"

	api "google.golang.org/api/dataflow/v1b3"
)

func TestViewsShowTheKeyOnlyWhereGoogleDoes(t *testing.T) {
	c := start(t)
	j := withKey(streamingJob("job"), keyName)
	j.Labels = map[string]string{"team": "a"}
	j.Steps = []*api.Step{{Kind: "ParallelDo", Name: "s1", Properties: []byte(`{"user":"data"}`)}}
	id := c.create(j).Id
	for _, test := range []struct {
		view            string
		key, properties bool
	}{
		{"", false, false},
		{"JOB_VIEW_UNKNOWN", false, false},
		{"JOB_VIEW_SUMMARY", false, false},
		{"JOB_VIEW_DESCRIPTION", true, false},
		{"JOB_VIEW_ALL", true, true},
	} {
		t.Run("view "+test.view, func(t *testing.T) {
			call := c.jobs.Get(project, region, id)
			if test.view != "" {
				call.View(test.view)
			}
			got, err := call.Do()
			if err != nil {
				t.Fatal(err)
			}
			if got.Id != id || got.Name != "job" || got.CurrentState != "JOB_STATE_PENDING" {
				t.Errorf("got job %s %s in %s", got.Id, got.Name, got.CurrentState)
			}
			if key := got.Environment != nil && got.Environment.ServiceKmsKeyName == keyName; key != test.key {
				t.Errorf("key shown: got %t, want %t", key, test.key)
			}
			if labels := got.Labels != nil; labels != test.key {
				t.Errorf("labels shown: got %t, want %t", labels, test.key)
			}
			if steps := len(got.Steps) == 1 && got.Steps[0].Name == "s1"; steps != test.key {
				t.Errorf("steps shown: got %t, want %t", steps, test.key)
			}
			if props := len(got.Steps) == 1 && got.Steps[0].Properties != nil; props != test.properties {
				t.Errorf("properties shown: got %t, want %t", props, test.properties)
			}
		})
	}
	_, err := c.jobs.Get(project, region, id).View("JOB_VIEW_FULL").Do()
	wantError(t, err, http.StatusBadRequest, "badRequest")
}

func TestCreateAnswersInTheRequestedView(t *testing.T) {
	c := start(t)
	made, err := c.jobs.Create(project, region, withKey(batchJob("job"), keyName)).View("JOB_VIEW_ALL").Do()
	if err != nil {
		t.Fatal(err)
	}
	if made.Environment == nil || made.Environment.ServiceKmsKeyName != keyName {
		t.Errorf("got environment %v, want the key in it", made.Environment)
	}
	_, err = c.jobs.Create(project, region, batchJob("next")).View("JOB_VIEW_FULL").Do()
	wantError(t, err, http.StatusBadRequest, "badRequest")
}

func TestUnknownJobIsNotFoundWithGooglesText(t *testing.T) {
	c := start(t)
	c.create(batchJob("job"))
	_, err := c.jobs.Get(project, region, "2026-11-24_01_52_26-1").Do()
	e := wantError(t, err, http.StatusNotFound, "notFound")
	want := "Information about job 2026-11-24_01_52_26-1 could not be found in our system. " +
		"Please double check the id is correct. If it is please contact customer support."
	if e.Message != want {
		t.Errorf("got %q, want %q", e.Message, want)
	}
}
