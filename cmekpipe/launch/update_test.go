package launch_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	api "google.golang.org/api/dataflow/v1b3"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/launch"
)

// update launches over the running job of the name.
func (w *world) update(change func(*cmekpipe.Config)) (*launch.Result, error) {
	w.t.Helper()
	return w.stream(func(c *cmekpipe.Config) {
		c.Update = true
		if change != nil {
			change(c)
		}
	})
}

func TestAnUpdateReplacesTheRunningJob(t *testing.T) {
	w := newWorld(t)
	first, err := w.stream(nil)
	if err != nil {
		t.Fatal(err)
	}
	w.settled()
	for _, v := range []emulator.Visibility{{}, {Reads: 3}, {Delay: 30 * time.Millisecond, StateLag: 10 * time.Millisecond}} {
		w.Dataflow().SetVisibility(v)
		second, err := w.update(nil)
		if err != nil {
			t.Fatal(err)
		}
		active := w.active()
		if len(active) != 1 || active[0].Id != second.Job.ID || active[0].ReplaceJobId != first.Job.ID {
			t.Fatalf("got jobs %v, want %s alone in the place of %s", active, second.Job.ID, first.Job.ID)
		}
		for _, j := range w.jobs() {
			if j.Id == first.Job.ID && j.CurrentState != "JOB_STATE_UPDATED" {
				t.Errorf("got the old job in %s, want JOB_STATE_UPDATED", j.CurrentState)
			}
		}
		first = second
	}
}

func TestAnUpdateThatWouldLeaveTheKeyIsRefused(t *testing.T) {
	for _, tc := range []struct {
		name  string
		there func(w *world) (id string)
		code  cmekpipe.Code
		says  []string
	}{
		{"no job", func(*world) string { return "nightly" }, cmekpipe.NotFound, []string{"no active job"}},
		{"a job under another key", func(w *world) string {
			return w.squatter(storeKey(w.CreateKey("us-central1", "other").String()))
		}, cmekpipe.KeyMismatch, []string{"/other", "/pipelines", "drain"}},
		{"a job without key", func(w *world) string { return w.squatter(storeKey("")) }, cmekpipe.KeyMissing, []string{"no Cloud KMS key", "/pipelines"}},
		{"a job from before keys were covered", func(w *world) string {
			id := w.squatter(nil)
			w.backdate(id, time.Date(2024, 3, 6, 23, 59, 59, 0, time.UTC))
			return id
		}, cmekpipe.Unsupported, []string{"2024-03-07", "launch.Drain"}},
		{"a job of that day", func(w *world) string {
			id := w.squatter(nil)
			w.backdate(id, time.Date(2024, 3, 7, 12, 0, 0, 0, time.UTC))
			return id
		}, cmekpipe.Unsupported, []string{"2024-03-07"}},
		{"an update of a job from before", func(w *world) string {
			old := w.squatter(nil)
			id := w.squatter(func(j *api.Job) { j.ReplaceJobId = old })
			w.active()
			w.backdate(old, time.Date(2023, 1, 1, 0, 0, 0, 0, time.UTC))
			return id
		}, cmekpipe.Unsupported, []string{"2023-01-01", "launch.Drain"}},
		{"a job that is being cancelled", func(w *world) string {
			id := w.squatter(nil)
			p := w.Dataflow().Pace()
			p.Stopping = time.Hour
			w.Dataflow().SetPace(p)
			w.request(id, "JOB_STATE_CANCELLED")
			return id
		}, cmekpipe.PreconditionFailed, []string{"JOB_STATE_CANCELLING"}},
		{"a batch job", func(w *world) string {
			w.Dataflow().SetPace(emulator.Pace{Running: time.Hour})
			return w.squatter(func(j *api.Job) { j.Type = "JOB_TYPE_BATCH" })
		}, cmekpipe.Unsupported, []string{"JOB_TYPE_BATCH"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := newWorld(t)
			id := tc.there(w)
			count := len(w.jobs())
			result, err := w.update(nil)
			requireError(t, err, tc.code, "projects/"+cmektest.Project+"/locations/us-central1/jobs/"+id)
			for _, text := range tc.says {
				if !strings.Contains(err.Error(), text) {
					t.Errorf("got %q, want it to say %q", err, text)
				}
			}
			if got := w.entries("object"); len(got) != 0 || len(w.jobs()) != count || result.Job != nil {
				t.Errorf("got objects %v and job %v, want nothing staged", got, result.Job)
			}
		})
	}
}

// Users drain a job first and find then that they want to replace it.
func TestADrainingJobIsUpdated(t *testing.T) {
	w := newWorld(t)
	id := w.squatter(nil)
	p := w.Dataflow().Pace()
	p.Stopping = time.Hour
	w.Dataflow().SetPace(p)
	w.request(id, "JOB_STATE_DRAINED")
	result, err := w.update(nil)
	if err != nil {
		t.Fatal(err)
	}
	for w.jobs()[0].CurrentState == "JOB_STATE_PENDING" {
		time.Sleep(5 * time.Millisecond)
	}
	for _, j := range w.jobs() {
		if want := map[string]string{id: "JOB_STATE_UPDATED", result.Job.ID: "JOB_STATE_RUNNING"}[j.Id]; j.CurrentState != want {
			t.Errorf("got job %s in %s, want %s", j.Id, j.CurrentState, want)
		}
	}
}

// The launcher of a Flex Template asks its program for a template that updates a job.
func TestATemplateThatUpdatesAJobIsStaged(t *testing.T) {
	w := newWorld(t)
	_, err := w.stream(func(c *cmekpipe.Config) {
		toTemplate(c)
		c.Update, c.TransformNameMapping = true, map[string]string{"old": "new"}
	})
	if err != nil {
		t.Fatal(err)
	}
	var staged api.Job
	if err := json.Unmarshal(w.ReadObject(nightlyTemplate), &staged); err != nil || staged.TransformNameMapping["old"] != "new" {
		t.Errorf("got mapping %v and %v, want the options'", staged.TransformNameMapping, err)
	}
}

func (w *world) backdate(id string, created time.Time) {
	w.t.Helper()
	if err := w.Dataflow().Backdate(id, created); err != nil {
		w.t.Fatal(err)
	}
}

// request asks a job for a state.
func (w *world) request(id, state string) {
	w.t.Helper()
	service, err := api.NewService(w.t.Context(), w.ClientOptions(emulator.Dataflow)...)
	if err == nil {
		_, err = service.Projects.Locations.Jobs.Update(cmektest.Project, "us-central1", id, &api.Job{RequestedState: state}).Do()
	}
	if err != nil {
		w.t.Fatal(err)
	}
}

func TestAJobToUpdateIsFoundInItsRegion(t *testing.T) {
	w := newWorld(t)
	service, err := api.NewService(t.Context(), w.ClientOptions(emulator.Dataflow)...)
	if err != nil {
		t.Fatal(err)
	}
	there, err := service.Projects.Locations.Jobs.Create(cmektest.Project, "us-east1", &api.Job{Name: "nightly", Type: "JOB_TYPE_STREAMING"}).Do()
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.update(nil)
	requireError(t, err, cmekpipe.LocationMismatch, "projects/"+cmektest.Project+"/locations/us-east1/jobs/"+there.Id)
}

func TestABatchPipelineUpdatesNothing(t *testing.T) {
	w := newWorld(t)
	_, err := w.run(func(c *cmekpipe.Config) { c.Update = true })
	requireError(t, err, cmekpipe.Unsupported, "update")
	requireNothing(t, w)
}

func TestTheMappingIsCheckedBeforeAnythingIsStaged(t *testing.T) {
	w := newWorld(t)
	if _, err := w.stream(nil); err != nil {
		t.Fatal(err)
	}
	w.settled()
	objects := len(w.entries("object"))
	names := transformNames(t, streaming())
	for _, tc := range []struct {
		name    string
		mapping map[string]string
		says    string
	}{
		{"from nothing", map[string]string{"Nowhere": ""}, "mapping of Nowhere"},
		{"to nothing", map[string]string{names[0]: "Nowhere"}, "mapping to Nowhere"},
		{"from a part of a name", map[string]string{names[0][:3]: ""}, "mapping of " + names[0][:3]},
	} {
		_, err := w.update(func(c *cmekpipe.Config) { c.TransformNameMapping = tc.mapping })
		e := requireError(t, err, cmekpipe.InvalidOptions, "transform_name_mapping")
		if !strings.Contains(e.Err.Error(), tc.says) {
			t.Errorf("%s: got %q, want it to say %q", tc.name, e.Err, tc.says)
		}
	}
	if got := w.entries("object"); len(got) != objects {
		t.Errorf("got %d objects, want %d as before", len(got), objects)
	}
	if _, err := w.update(func(c *cmekpipe.Config) { c.TransformNameMapping = map[string]string{names[0]: names[0]} }); err != nil {
		t.Errorf("got %v for a mapping to itself", err)
	}
}

// transformNames returns the full names of a pipeline's transforms.
func transformNames(t *testing.T, p *beam.Pipeline) []string {
	t.Helper()
	edges, _, err := p.Build()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range edges {
		names = append(names, e.Name())
	}
	return names
}

func TestAReplacementWithoutTheKeyIsCancelled(t *testing.T) {
	w := newWorld(t)
	old := w.squatter(nil)
	p := w.Dataflow().Pace()
	p.Pending = time.Second // so that the old job's place is not taken yet
	w.Dataflow().SetPace(p)
	w.Dataflow().Tamper(storeKey(""))
	_, err := w.update(nil)
	e, ok := errors.AsType[*cmekpipe.Error](err)
	if !ok || e.Code != cmekpipe.KeyMissing || !strings.Contains(e.Hint, old) || !strings.Contains(e.Hint, "continues in JOB_STATE_RUNNING") {
		t.Errorf("got error %v, want that the old job goes on", err)
	}
	if active := w.active(); len(active) != 1 || active[0].Id != old {
		t.Errorf("got jobs %v, want the old one alone", active)
	}
}
