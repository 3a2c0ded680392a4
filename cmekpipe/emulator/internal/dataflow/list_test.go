package dataflow_test

import (
	"net/http"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	api "google.golang.org/api/dataflow/v1b3"
)

// names returns the names of all pages of a list.
func names(t *testing.T, list *api.ProjectsLocationsJobsListCall) []string {
	t.Helper()
	var got []string
	err := list.Pages(t.Context(), func(page *api.ListJobsResponse) error {
		for _, j := range page.Jobs {
			got = append(got, j.Name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// population creates jobs a to e, one second after another. c and e run; b, then d, are done, and a was cancelled after
// them.
func population(t *testing.T) *cloud {
	c := start(t)
	submit := func(j *api.Job) {
		c.create(j)
		c.clock.pass(time.Second)
	}
	submit(streamingJob("a"))
	submit(batchJob("b"))
	submit(streamingJob("c"))
	submit(batchJob("d"))
	submit(streamingJob("e"))
	c.clock.pass(time.Hour)
	list, err := c.jobs.List(project, region).Name("a").Do()
	if err != nil || len(list.Jobs) != 1 {
		t.Fatalf("got %v, %v, want job a", list, err)
	}
	if _, err := c.request(list.Jobs[0].Id, "JOB_STATE_CANCELLED"); err != nil {
		t.Fatal(err)
	}
	c.clock.pass(time.Minute)
	return c
}

func TestListFiltersAndOrders(t *testing.T) {
	c := population(t)
	for filter, want := range map[string][]string{
		"":           {"e", "d", "c", "b", "a"},
		"UNKNOWN":    {"e", "d", "c", "b", "a"},
		"ALL":        {"e", "c", "a", "d", "b"},
		"ACTIVE":     {"e", "c"},
		"TERMINATED": {"a", "d", "b"},
	} {
		for _, size := range []int64{0, 1, 2, 100, 1000} {
			list := c.jobs.List(project, region).PageSize(size)
			if filter != "" {
				list.Filter(filter)
			}
			if diff := cmp.Diff(want, names(t, list)); diff != "" {
				t.Errorf("filter %q, page size %d (-want +got):\n%s", filter, size, diff)
			}
		}
	}
}

func TestListHoldsSummariesWhateverTheView(t *testing.T) {
	c := start(t)
	c.create(withKey(batchJob("job"), keyName))
	list, err := c.jobs.List(project, region).View("JOB_VIEW_ALL").Do()
	if err != nil || len(list.Jobs) != 1 {
		t.Fatalf("got %v, %v, want one job", list, err)
	}
	if list.Jobs[0].Environment != nil {
		t.Errorf("got environment %v, want none", list.Jobs[0].Environment)
	}
}

func TestListPagesSurviveChangesBetweenPages(t *testing.T) {
	c := start(t)
	ids := map[string]string{}
	for _, name := range []string{"a", "b", "c", "d"} {
		ids[name] = c.create(streamingJob(name)).Id
	}
	list := c.jobs.List(project, region).Filter("ACTIVE").PageSize(2)
	first, err := list.Do()
	if err != nil || len(first.Jobs) != 2 || first.NextPageToken == "" {
		t.Fatalf("got %v, %v, want two jobs and a token", first, err)
	}
	if _, err := c.request(ids["d"], "JOB_STATE_CANCELLED"); err != nil {
		t.Fatal(err)
	}
	c.clock.pass(2 * time.Second)
	c.create(streamingJob("e"))
	if diff := cmp.Diff([]string{"b", "a"}, names(t, list.PageToken(first.NextPageToken))); diff != "" {
		t.Errorf("second page (-want +got):\n%s", diff)
	}
}

func TestAPageHoldsAHundredJobs(t *testing.T) {
	c := start(t)
	form := regexp.MustCompile(`^\d{4}-\d\d-\d\d_\d\d_\d\d_\d\d-\d{19}$`)
	for range 101 {
		if id := c.create(batchJob("job")).Id; !form.MatchString(id) {
			t.Errorf("got id %s, want one that matches %v", id, form)
		}
		c.clock.pass(time.Hour)
	}
	page, err := c.jobs.List(project, region).PageSize(1000).Do()
	if err != nil || len(page.Jobs) != 100 || page.NextPageToken == "" {
		t.Errorf("got %d jobs, token %q, %v, want 100 and a token", len(page.Jobs), page.NextPageToken, err)
	}
}

func TestFullLastPageHasNoToken(t *testing.T) {
	c := start(t)
	c.create(batchJob("a"))
	id := c.create(batchJob("b")).Id
	page, err := c.jobs.List(project, region).PageSize(2).Do()
	if err != nil || len(page.Jobs) != 2 || page.NextPageToken != "" {
		t.Errorf("got jobs %v, %v, want two and no token", page, err)
	}
	if _, err := c.request(id, "JOB_STATE_CANCELLED"); err != nil {
		t.Fatal(err)
	}
	for size, more := range map[int64]bool{1: true, 2: false} {
		list, err := c.jobs.Messages.List(project, region, id).PageSize(size).Do()
		if err != nil || int64(len(list.JobMessages)) != size || (list.NextPageToken != "") != more {
			t.Errorf("got messages %v, %v, want %d and more: %t", list, err, size, more)
		}
	}
}

func TestListsStayInTheirProjectAndRegion(t *testing.T) {
	c := start(t)
	for _, at := range []struct{ project, region, name string }{
		{project, "us-central1", "a"}, {project, "us-east1", "b"}, {"other-project", "us-central1", "c"},
	} {
		if _, err := c.jobs.Create(at.project, at.region, batchJob(at.name)).Do(); err != nil {
			t.Fatal(err)
		}
	}
	if got := names(t, c.jobs.List(project, "us-east1")); !slices.Equal(got, []string{"b"}) {
		t.Errorf("us-east1: got %v, want b", got)
	}
	if got := names(t, c.jobs.List(project, "us-west1")); got != nil {
		t.Errorf("us-west1: got %v, want none", got)
	}
	plain, err := c.all.Projects.Jobs.List(project).Do()
	if err != nil || len(plain.Jobs) != 1 || plain.Jobs[0].Name != "a" {
		t.Errorf("without a location: got %v, %v, want a", plain, err)
	}
	all, err := c.all.Projects.Jobs.Aggregated(project).Name("a").Do()
	if err != nil || len(all.Jobs) != 2 {
		t.Errorf("aggregated: got %v, %v, want a and b: no filter by name", all, err)
	}
}

func TestListRefuses(t *testing.T) {
	c := start(t)
	for name, list := range map[string]*api.ProjectsLocationsJobsListCall{
		"a filter unknown":      c.jobs.List(project, region).Filter("RUNNING"),
		"a negative page size":  c.jobs.List(project, region).PageSize(-1),
		"a token of no list":    c.jobs.List(project, region).PageToken("next"),
		"a token not in base64": c.jobs.List(project, region).PageToken("%%%"),
		"a number as token":     c.jobs.List(project, region).PageToken("Nw"),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := list.Do()
			wantError(t, err, http.StatusBadRequest, "badRequest")
		})
	}
}
