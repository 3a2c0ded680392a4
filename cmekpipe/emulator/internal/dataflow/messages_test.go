package dataflow_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	api "google.golang.org/api/dataflow/v1b3"
)

// failedJob creates a job with a detailed message of 01:52:26 and an error and a basic one of 01:52:27.
func failedJob(t *testing.T) (c *cloud, id string) {
	c = start(t)
	id = c.create(withKey(batchJob("job"), "no-key")).Id
	c.clock.pass(time.Minute)
	return c, id
}

func levels(t *testing.T, list *api.ProjectsLocationsJobsMessagesListCall) (got []string) {
	t.Helper()
	err := list.Pages(t.Context(), func(page *api.ListJobMessagesResponse) error {
		for _, m := range page.JobMessages {
			got = append(got, strings.TrimPrefix(m.MessageImportance, "JOB_MESSAGE_"))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestMessagesAreFilteredByImportanceAndTime(t *testing.T) {
	c, id := failedJob(t)
	list := func() *api.ProjectsLocationsJobsMessagesListCall { return c.jobs.Messages.List(project, region, id) }
	for _, test := range []struct {
		name string
		list *api.ProjectsLocationsJobsMessagesListCall
		want []string
	}{
		{"all", list(), []string{"DETAILED", "ERROR", "BASIC"}},
		{"one a page", list().PageSize(1), []string{"DETAILED", "ERROR", "BASIC"}},
		{"unknown importance", list().MinimumImportance("JOB_MESSAGE_IMPORTANCE_UNKNOWN"), []string{"DETAILED", "ERROR", "BASIC"}},
		{"debug", list().MinimumImportance("JOB_MESSAGE_DEBUG"), []string{"DETAILED", "ERROR", "BASIC"}},
		{"basic", list().MinimumImportance("JOB_MESSAGE_BASIC"), []string{"ERROR", "BASIC"}},
		{"basic, one a page", list().MinimumImportance("JOB_MESSAGE_BASIC").PageSize(1), []string{"ERROR", "BASIC"}},
		{"warning", list().MinimumImportance("JOB_MESSAGE_WARNING"), []string{"ERROR"}},
		{"from a time on", list().StartTime("2026-11-24T01:52:27Z"), []string{"ERROR", "BASIC"}},
		{"from later on", list().StartTime("2026-11-24T01:52:27.5Z"), nil},
		{"before a time", list().EndTime("2026-11-24T01:52:27Z"), []string{"DETAILED"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, levels(t, test.list)); diff != "" {
				t.Errorf("importances (-want +got):\n%s", diff)
			}
		})
	}
}

func TestMessageCarriesIdTimeAndText(t *testing.T) {
	c, id := failedJob(t)
	list, err := c.jobs.Messages.List(project, region, id).MinimumImportance("JOB_MESSAGE_ERROR").Do()
	if err != nil {
		t.Fatal(err)
	}
	want := []*api.JobMessage{{
		Id: "JOB_MESSAGE_1", Time: "2026-11-24T01:52:27Z", MessageImportance: "JOB_MESSAGE_ERROR",
		MessageText: "Workflow failed. Causes: Cloud KMS key no-key cannot be validated.",
	}}
	if diff := cmp.Diff(want, list.JobMessages); diff != "" {
		t.Errorf("messages (-want +got):\n%s", diff)
	}
}

func TestMessagesOfAJobWithoutLocation(t *testing.T) {
	c, id := failedJob(t)
	list, err := c.all.Projects.Jobs.Messages.List(project, id).Do()
	if err != nil || len(list.JobMessages) != 3 {
		t.Errorf("got %v, %v, want three messages", list, err)
	}
}

func TestMessagesRefuse(t *testing.T) {
	c, id := failedJob(t)
	list := func() *api.ProjectsLocationsJobsMessagesListCall { return c.jobs.Messages.List(project, region, id) }
	for name, call := range map[string]*api.ProjectsLocationsJobsMessagesListCall{
		"an unknown importance": list().MinimumImportance("ERROR"),
		"a malformed start":     list().StartTime("yesterday"),
		"a malformed end":       list().EndTime("tomorrow"),
		"a negative page size":  list().PageSize(-1),
		"a malformed token":     list().PageToken("next"),
		"a negative token":      list().PageToken("LTE"),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := call.Do()
			wantError(t, err, http.StatusBadRequest, "badRequest")
		})
	}
	_, err := c.jobs.Messages.List(project, region, "2026-11-24_01_52_26-1").Do()
	wantError(t, err, http.StatusNotFound, "notFound")
}

func TestMetricsOfAJobThatIsNotExecutedAreEmpty(t *testing.T) {
	c, id := failedJob(t)
	got, err := c.jobs.GetMetrics(project, region, id).Do()
	if err != nil {
		t.Fatal(err)
	}
	if got.MetricTime != "2026-11-24T01:53:26Z" || len(got.Metrics) != 0 {
		t.Errorf("got %s and %d metrics, want the time of the call and none", got.MetricTime, len(got.Metrics))
	}
	_, err = c.jobs.GetMetrics(project, region, id).StartTime("yesterday").Do()
	wantError(t, err, http.StatusBadRequest, "badRequest")
	_, err = c.jobs.GetMetrics(project, region, "2026-11-24_01_52_26-1").Do()
	wantError(t, err, http.StatusNotFound, "notFound")
}
