package dataflow_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	api "google.golang.org/api/dataflow/v1b3"
)

func TestMessagesAreInTheOrderOfTime(t *testing.T) {
	c := start(t)
	id := c.create(streamingJob("job")).Id
	c.clock.pass(time.Minute) // the job started without a call
	for level, text := range map[string]string{"JOB_MESSAGE_WARNING": "slow"} {
		if err := c.control.Say(id, level, text); err != nil {
			t.Fatal(err)
		}
	}
	list, err := c.jobs.Messages.List(project, region, id).Do()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for i, m := range list.JobMessages {
		got = append(got, strings.TrimPrefix(m.MessageImportance, "JOB_MESSAGE_"))
		if i > 0 && m.Time < list.JobMessages[i-1].Time {
			t.Errorf("message %d is of %s, before the one that precedes it", i, m.Time)
		}
	}
	if diff := cmp.Diff([]string{"DETAILED", "BASIC", "WARNING"}, got); diff != "" {
		t.Errorf("messages (-want +got):\n%s", diff)
	}
	if err := c.control.Say("other", "JOB_MESSAGE_BASIC", "t"); err == nil {
		t.Error("Say accepted an unknown job")
	}
}

func TestAutoscalingEventsAreOnTheFirstPage(t *testing.T) {
	c := start(t)
	id := c.create(streamingJob("job")).Id
	c.clock.pass(time.Minute)
	event := api.AutoscalingEvent{EventType: "CURRENT_NUM_WORKERS_CHANGED", CurrentNumWorkers: 3}
	if err := c.control.Scale(id, event); err != nil {
		t.Fatal(err)
	}
	list := func() *api.ProjectsLocationsJobsMessagesListCall { return c.jobs.Messages.List(project, region, id) }
	pages := 0
	err := list().PageSize(1).Pages(t.Context(), func(page *api.ListJobMessagesResponse) error {
		if pages++; (len(page.AutoscalingEvents) == 1) != (pages == 1) {
			t.Errorf("page %d has %d events, want the event on the first alone", pages, len(page.AutoscalingEvents))
		}
		return nil
	})
	if err != nil || pages != 2 {
		t.Fatalf("got %d pages, %v, want 2", pages, err)
	}
	got, err := list().StartTime("2026-11-24T01:53:27Z").Do()
	if err != nil || len(got.AutoscalingEvents) != 0 {
		t.Errorf("got %v, %v, want no event after its time", got.AutoscalingEvents, err)
	}
}

func TestMetricsAreThoseOfTheTest(t *testing.T) {
	c := start(t)
	id := c.create(batchJob("job")).Id
	metrics := []*api.MetricUpdate{
		{Name: &api.MetricStructuredName{Name: "rows", Origin: "user", Context: map[string]string{"step": "e3", "namespace": "main"}}, Scalar: 42},
		{Name: &api.MetricStructuredName{Name: "size", Origin: "user", Context: map[string]string{"step": "e3"}},
			Distribution: map[string]int{"count": 2, "sum": 5, "min": 1, "max": 4}},
	}
	if err := c.control.SetMetrics(id, metrics...); err != nil {
		t.Fatal(err)
	}
	c.clock.pass(time.Second)
	got, err := c.jobs.GetMetrics(project, region, id).Do()
	if err != nil || len(got.Metrics) != 2 {
		t.Fatalf("got %v, %v, want two metrics", got, err)
	}
	want := map[string]any{"count": 2.0, "sum": 5.0, "min": 1.0, "max": 4.0}
	if got.Metrics[0].Scalar != 42.0 || cmp.Diff(want, got.Metrics[1].Distribution) != "" || got.Metrics[0].UpdateTime == "" {
		t.Errorf("got %+v and %+v", got.Metrics[0], got.Metrics[1])
	}
	if got, err = c.jobs.GetMetrics(project, region, id).StartTime("2026-11-24T01:52:27Z").Do(); err != nil || len(got.Metrics) != 0 {
		t.Errorf("got %v, %v, want nothing newer", got.Metrics, err)
	}
}

func TestExecutionDetailsFollowTheJob(t *testing.T) {
	c := start(t)
	id := c.create(batchJob("job")).Id
	for _, step := range []struct {
		pass time.Duration
		want string
	}{{0, "NOT_STARTED"}, {time.Second, "RUNNING"}, {time.Minute, "SUCCEEDED"}} {
		c.clock.pass(step.pass)
		got, err := c.jobs.GetExecutionDetails(project, region, id).Do()
		if err != nil || len(got.Stages) != 1 || got.Stages[0].State != "EXECUTION_STATE_"+step.want {
			t.Errorf("got %+v, %v, want a stage that is %s", got, err, step.want)
		}
	}
}

func TestListsNameTheLostRegion(t *testing.T) {
	c := start(t)
	c.create(batchJob("here"))
	if _, err := c.jobs.Create(project, "us-east1", batchJob("there")).Do(); err != nil {
		t.Fatal(err)
	}
	c.control.LoseRegion("us-east1")
	got, err := c.all.Projects.Jobs.Aggregated(project).Do()
	if err != nil || len(got.Jobs) != 1 || len(got.FailedLocation) != 1 || got.FailedLocation[0].Name != "us-east1" {
		t.Errorf("got %+v, %v, want the job here and us-east1 failed", got, err)
	}
	if got, err := c.jobs.List(project, region).Do(); err != nil || len(got.FailedLocation) != 0 || len(got.Jobs) != 1 {
		t.Errorf("got %+v, %v, want the other region complete", got, err)
	}
	c.control.LoseRegion("")
	if got, err := c.all.Projects.Jobs.Aggregated(project).Do(); err != nil || len(got.Jobs) != 2 || got.FailedLocation != nil {
		t.Errorf("got %+v, %v, want everything again", got, err)
	}
}
