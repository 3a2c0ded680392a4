package launch_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	api "google.golang.org/api/dataflow/v1b3"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/launch"
)

func named(name string) func(*cmekpipe.Config) {
	return func(c *cmekpipe.Config) { c.JobName = name }
}

// late kills a launch while its job is being created, which then takes some more time.
func (w *world) late(change func(*cmekpipe.Config), takes time.Duration) {
	w.t.Helper()
	e := &executioner{}
	remove := w.Inject(emulator.Fault{Method: emulator.DataflowJobsCreate, Call: 1, Detached: true, Latency: takes,
		OnBegin: func(emulator.Method, string) { e.kill() }})
	if _, lived := w.child(change, e); lived {
		w.t.Fatal("the launcher lived")
	}
	remove()
}

// upload matches the upload of a mark of a record.
func upload(mark string) func(*http.Request) bool {
	return func(r *http.Request) bool {
		return r.Method == http.MethodPost && strings.HasSuffix(r.URL.Query().Get("name"), "/"+mark)
	}
}

// A call that was under way when its launcher died takes effect afterwards. The next launch has another name, so that nothing but
// the record tells it of the job.
func TestAJobThatAppearsAfterItsLauncherDiedIsFollowed(t *testing.T) {
	for name, code := range map[string]cmekpipe.Code{"without the key": cmekpipe.KeyMissing, "with the key": ""} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.Dataflow().Tamper(func(j *api.Job) {
				if j.Name == "theirs" && code != "" {
					j.Environment.ServiceKmsKeyName = ""
				}
			})
			w.late(named("theirs"), 300*time.Millisecond)
			if jobs := w.entries("job"); len(jobs) != 0 {
				t.Fatalf("got jobs %v already", jobs)
			}
			result, err := w.stream(func(c *cmekpipe.Config) { c.Async = true })
			if err != nil {
				t.Fatal(err)
			}
			if len(result.Orphans) != 1 || result.Orphans[0].Job.Name != "theirs" || cmekpipe.CodeOf(result.Orphans[0].Err) != code {
				t.Errorf("got orphans %v, want the late job with code %q", result.Orphans, code)
			}
			w.requireKeyed(name, w.active())
			if n := w.records()["launch"]; n != 0 {
				t.Errorf("got %d records of unconfirmed jobs, want none", n)
			}
			if said := w.said.String(); !strings.Contains(said, "theirs has not finished; its job is searched for") {
				t.Errorf("got progress %q, want it to say that a job is searched for", said)
			}
		})
	}
}

// Records without a job are waited for at the same time, once, whatever the names.
func TestRecordsWithoutAJobCostOneWait(t *testing.T) {
	w := newWorld(t)
	for _, change := range []func(*cmekpipe.Config){named("a"), named("b"), unnamed} {
		w.child(change, &executioner{at: 1, when: before, counts: request("POST", "/jobs")})
	}
	if n := w.records()["launch"]; n != 3 {
		t.Fatalf("got %d records, want 3", n)
	}
	var took []time.Duration
	for range 2 {
		began := time.Now()
		result, err := w.stream(func(c *cmekpipe.Config) { c.Async, c.JobName = true, "" })
		if err != nil {
			t.Fatal(err)
		}
		took = append(took, time.Since(began))
		if len(result.Orphans) != 0 {
			t.Errorf("got orphans %v, want none", result.Orphans)
		}
		if n := w.records()["launch"]; n != 0 {
			t.Errorf("got %d records, want none", n)
		}
		if err := launch.Cancel(t.Context(), result.Job, launch.WithHaste(), launch.WithProgress(nil)); err != nil {
			t.Fatal(err)
		}
	}
	wait := launch.HastyWait
	if took[0] > 2*wait || took[1] > wait {
		t.Errorf("got launches of %v, want one wait of %v in the first and none in the second", took, wait)
	}
}

// The launcher is killed after the key was confirmed, before it could tell anybody.
func TestAJobThatNobodyWasToldOfIsNotDoubled(t *testing.T) {
	for name, e := range map[string]*executioner{
		"record closed":      {at: 1, when: after, counts: upload("closed")},
		"followed":           {at: 1, when: before, counts: request("GET", "/messages")},
		"about to be told":   {at: 1, when: before, counts: upload("told")},
		"removing the first": {at: 1, when: before, counts: request("DELETE", "/launch")},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.Dataflow().Tamper(func(j *api.Job) { j.Type = "JOB_TYPE_BATCH" })
			_, lived := w.child(func(c *cmekpipe.Config) {
				unnamed(c)
				c.Async = name == "about to be told"
			}, e)
			if lived {
				t.Fatal("the launcher lived")
			}
			id := w.jobs()[0].Id
			for ended := false; !ended; { // refused while it runs, and once after it has ended
				_, err := w.stream(unnamed)
				e := requireError(t, err, cmekpipe.AlreadyExists, "projects/cmektest-project/locations/us-central1/jobs/"+id)
				ended = strings.Contains(e.Err.Error(), "JOB_STATE_DONE")
				for w.jobs()[0].CurrentState != "JOB_STATE_DONE" {
					time.Sleep(5 * time.Millisecond)
				}
			}
			if result, err := w.stream(unnamed); err != nil || len(result.Orphans) != 0 {
				t.Errorf("got %v and orphans %v, want the launch that was told of the job", err, result.Orphans)
			}
		})
	}
}

// A second launch of a pipeline that runs under a generated name is refused, although everybody was told of the first.
func TestAPipelineThatRunsIsNotDoubled(t *testing.T) {
	w := newWorld(t)
	async := func(c *cmekpipe.Config) { c.JobName, c.Async = "", true }
	first, err := w.stream(async)
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.stream(async)
	e := requireError(t, err, cmekpipe.AlreadyExists, first.Job.String())
	if !strings.Contains(e.Hint, "gcloud dataflow jobs cancel "+first.Job.ID) || !strings.Contains(e.Hint, "job_name") {
		t.Errorf("got hint %q, want the command, and what to do for a second job", e.Hint)
	}
	if err := launch.Cancel(t.Context(), first.Job, launch.WithHaste(), launch.WithProgress(nil)); err != nil {
		t.Fatal(err)
	}
	if _, err := w.stream(async); err != nil {
		t.Errorf("got %v after the job has ended, want none", err)
	}
	if states := w.records(); states["told"] != 1 || len(states) != 1 {
		t.Errorf("got records %v, want that of the running job alone", states)
	}
}

// A bucket with a retention policy or a hold keeps every object.
func TestARecordThatCannotBeDeletedBlocksNothing(t *testing.T) {
	w := newWorld(t)
	w.Inject(emulator.Fault{Method: emulator.StorageObjectsDelete, Status: 403})
	for night := range 3 {
		result, err := w.quietly(unnamed)
		if err != nil || len(result.Orphans) != 0 {
			t.Fatalf("night %d: got %v and orphans %v, want a launch", night, err, result.Orphans)
		}
	}
	if states := w.records(); states["settled"] != 3 || len(states) != 1 {
		t.Errorf("got records %v, want three that are settled", states)
	}
}

func TestAnOrphanInABucketThatKeepsEverythingIsToldOnce(t *testing.T) {
	w := newWorld(t)
	w.Inject(emulator.Fault{Method: emulator.StorageObjectsDelete, Status: 403})
	w.Dataflow().Tamper(func(j *api.Job) { j.Type = "JOB_TYPE_BATCH" })
	w.leave(nil)
	for w.jobs()[0].CurrentState != "JOB_STATE_DONE" {
		time.Sleep(5 * time.Millisecond)
	}
	if _, err := w.quietly(nil); cmekpipe.CodeOf(err) != cmekpipe.AlreadyExists {
		t.Errorf("got %v, want the job that has ended", err)
	}
	for range 2 {
		if result, err := w.quietly(nil); err != nil || len(result.Orphans) != 0 {
			t.Errorf("got %v and orphans %v, want launches", err, result.Orphans)
		}
	}
}

// Whoever can write to the staging location can write a record.
func TestAForgedRecordCancelsNothing(t *testing.T) {
	w := newWorld(t)
	victim, err := w.stream(func(c *cmekpipe.Config) { c.Async, c.JobName = true, "victim" })
	if err != nil {
		t.Fatal(err)
	}
	forged, err := json.Marshal(map[string]any{"Name": "victim", "Named": true, "Project": cmektest.Project, "Region": "us-central1",
		"Key": w.CreateKey("us-central1", "forged").String(), "Request": w.jobs()[0].ClientRequestId})
	if err != nil {
		t.Fatal(err)
	}
	w.WriteObject("gs://bank-work/tmp/staging/cmekpipe/unfinished/cmekpipe/2026-10-31/x/launch", forged)
	w.WriteObject("gs://bank-work/tmp/staging/cmekpipe/unfinished/cmekpipe/2026-10-31/y/launch", forged)
	w.WriteObject("gs://bank-work/tmp/staging/cmekpipe/unfinished/cmekpipe/2026-10-31/y/closed", []byte(victim.Job.ID))
	result, err := w.stream(func(c *cmekpipe.Config) { c.Async = true })
	if err != nil || len(result.Orphans) != 0 {
		t.Errorf("got %v and orphans %v, want a launch that found nothing", err, result.Orphans)
	}
	runs := func(j *api.Job) bool { return j.Id == victim.Job.ID }
	if active := w.active(); len(active) != 2 || !slices.ContainsFunc(active, runs) {
		t.Errorf("got jobs %v, want the victim's among them", active)
	}
	if n := w.records()["launch"] + w.records()["closed"]; n != 0 {
		t.Errorf("got %d records left, want the forged ones removed", n)
	}
}
