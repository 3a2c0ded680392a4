package dataflow_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	api "google.golang.org/api/dataflow/v1b3"
	"google.golang.org/api/googleapi"
)

func TestJobStopsOnRequest(t *testing.T) {
	for _, test := range []struct {
		name                       string
		job                        *api.Job
		age                        time.Duration
		request, stopping, stopped string
	}{
		{"cancel batch", batchJob("job"), time.Second, "JOB_STATE_CANCELLED", "JOB_STATE_CANCELLING", "JOB_STATE_CANCELLED"},
		{"cancel streaming", streamingJob("job"), time.Hour, "JOB_STATE_CANCELLED", "JOB_STATE_CANCELLING", "JOB_STATE_CANCELLED"},
		{"cancel pending", batchJob("job"), 0, "JOB_STATE_CANCELLED", "JOB_STATE_CANCELLING", "JOB_STATE_CANCELLED"},
		{"drain streaming", streamingJob("job"), time.Hour, "JOB_STATE_DRAINED", "JOB_STATE_DRAINING", "JOB_STATE_DRAINED"},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := start(t)
			id := c.create(test.job).Id
			c.clock.pass(test.age)
			for range 2 { // the second request changes nothing
				got, err := c.request(id, test.request)
				if err != nil {
					t.Fatal(err)
				}
				if got.CurrentState != test.stopping {
					t.Errorf("got %s, want %s", got.CurrentState, test.stopping)
				}
				c.clock.pass(time.Second / 2)
			}
			if got := c.look(id).RequestedState; got != test.request {
				t.Errorf("got requestedState %s, want %s", got, test.request)
			}
			c.clock.pass(time.Second - 1)
			c.wantState(id, test.stopping)
			c.clock.pass(1)
			c.wantState(id, test.stopped)
		})
	}
}

func TestDrainingJobCanBeCancelled(t *testing.T) {
	c := start(t)
	id := c.create(streamingJob("job")).Id
	c.clock.pass(time.Second)
	for _, state := range []string{"JOB_STATE_DRAINED", "JOB_STATE_CANCELLED"} {
		if _, err := c.request(id, state); err != nil {
			t.Fatal(err)
		}
	}
	c.wantState(id, "JOB_STATE_CANCELLING")
}

func TestUpdateRefuses(t *testing.T) {
	for _, test := range []struct {
		name   string
		job    *api.Job
		age    time.Duration
		update api.Job
		mask   string
		reason string
	}{
		{"nothing to do", streamingJob("job"), time.Second, api.Job{}, "", "badRequest"},
		{"unknown state", streamingJob("job"), time.Second, api.Job{RequestedState: "JOB_STATE_UNKNOWN"}, "", "badRequest"},
		{"a state that only the service sets", streamingJob("job"), time.Second, api.Job{RequestedState: "JOB_STATE_FAILED"}, "", "badRequest"},
		{"state and mask", streamingJob("job"), time.Second, api.Job{RequestedState: "JOB_STATE_CANCELLED"},
			"runtimeUpdatableParams", "badRequest"},
		{"key in the mask", streamingJob("job"), time.Second, api.Job{}, "environment.serviceKmsKeyName", "badRequest"},
		{"bare dot in the mask", streamingJob("job"), time.Second, api.Job{}, "runtimeUpdatableParams.", "badRequest"},
		{"drain of batch", batchJob("job"), time.Second, api.Job{RequestedState: "JOB_STATE_DRAINED"}, "", "failedPrecondition"},
		{"drain of pending", streamingJob("job"), 0, api.Job{RequestedState: "JOB_STATE_DRAINED"}, "", "failedPrecondition"},
		{"parameters of batch", batchJob("job"), time.Second, api.Job{}, "runtimeUpdatableParams", "failedPrecondition"},
		{"parameters of pending", streamingJob("job"), 0, api.Job{}, "runtimeUpdatableParams", "failedPrecondition"},
		{"cancel of done", batchJob("job"), time.Hour, api.Job{RequestedState: "JOB_STATE_CANCELLED"}, "", "failedPrecondition"},
		{"parameters of failed", withKey(streamingJob("job"), "no-key"), time.Hour, api.Job{}, "runtimeUpdatableParams", "failedPrecondition"},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := start(t)
			id := c.create(test.job).Id
			c.clock.pass(test.age)
			before := c.look(id)
			call := c.jobs.Update(project, region, id, &test.update)
			if test.mask != "" {
				call.UpdateMask(test.mask)
			}
			_, err := call.Do()
			wantError(t, err, http.StatusBadRequest, test.reason)
			if diff := cmp.Diff(before, c.look(id), cmpopts.IgnoreFields(api.Job{}, "ServerResponse")); diff != "" {
				t.Errorf("the job changed (-before +after):\n%s", diff)
			}
		})
	}
}

func TestUpdateOfAnUnknownJobIsNotFound(t *testing.T) {
	c := start(t)
	_, err := c.request("2026-11-24_01_52_26-1", "JOB_STATE_CANCELLED")
	wantError(t, err, http.StatusNotFound, "notFound")
}

func TestCancelledJobCanNotBeCancelledAgain(t *testing.T) {
	c := start(t)
	id := c.create(streamingJob("job")).Id
	if _, err := c.request(id, "JOB_STATE_CANCELLED"); err != nil {
		t.Fatal(err)
	}
	c.clock.pass(2 * time.Second)
	_, err := c.request(id, "JOB_STATE_CANCELLED")
	wantError(t, err, http.StatusBadRequest, "failedPrecondition")
}

func TestRuntimeParametersChangeAsMasked(t *testing.T) {
	c := start(t)
	id := c.create(streamingJob("job")).Id
	c.clock.pass(time.Second)
	for _, step := range []struct {
		mask        string
		given, want *api.RuntimeUpdatableParams
	}{
		{"runtimeUpdatableParams.maxNumWorkers", &api.RuntimeUpdatableParams{MaxNumWorkers: 7},
			&api.RuntimeUpdatableParams{MaxNumWorkers: 7}},
		{"runtimeUpdatableParams", &api.RuntimeUpdatableParams{MinNumWorkers: 1, MaxNumWorkers: 5},
			&api.RuntimeUpdatableParams{MinNumWorkers: 1, MaxNumWorkers: 5}},
		{"runtime_updatable_params.max_num_workers", &api.RuntimeUpdatableParams{MinNumWorkers: 9, MaxNumWorkers: 9},
			&api.RuntimeUpdatableParams{MinNumWorkers: 1, MaxNumWorkers: 9}},
		{"runtimeUpdatableParams.minNumWorkers", &api.RuntimeUpdatableParams{},
			&api.RuntimeUpdatableParams{MaxNumWorkers: 9}},
		{"runtimeUpdatableParams.minNumWorkers,runtimeUpdatableParams", &api.RuntimeUpdatableParams{MinNumWorkers: 3},
			&api.RuntimeUpdatableParams{MinNumWorkers: 3}},
	} {
		ask := &api.Job{RuntimeUpdatableParams: step.given, RequestedState: "JOB_STATE_UNKNOWN"}
		_, err := c.jobs.Update(project, region, id, ask).UpdateMask(step.mask).Do()
		if err != nil {
			t.Fatalf("%s: %v", step.mask, err)
		}
		if diff := cmp.Diff(step.want, c.look(id).RuntimeUpdatableParams); diff != "" {
			t.Errorf("%s: parameters (-want +got):\n%s", step.mask, diff)
		}
	}
}

func TestUpdateRefusesAMalformedBody(t *testing.T) {
	c := start(t)
	id := c.create(streamingJob("job")).Id
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPut,
		c.url+"/v1b3/projects/"+project+"/locations/"+region+"/jobs/"+id, strings.NewReader(`{"requestedState":`))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := httpClient(t).Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	wantError(t, googleapi.CheckResponse(resp), http.StatusBadRequest, "badRequest")
}
