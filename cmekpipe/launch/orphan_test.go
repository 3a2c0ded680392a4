package launch_test

import (
	"net/http"
	"path"
	"strings"
	"testing"
	"time"

	api "google.golang.org/api/dataflow/v1b3"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
)

// leave makes a launch that loses its services after create took effect, and so leaves job and record behind.
func (w *world) leave(change func(*cmekpipe.Config)) (id string) {
	w.t.Helper()
	e := &executioner{at: 1, when: after, counts: request("POST", "/jobs")}
	if _, lived := w.child(change, e); lived {
		w.t.Fatal("the launcher lived")
	}
	jobs := w.entries("job") // not from Dataflow, whose readers may learn of it late
	return path.Base(jobs[len(jobs)-1].Name)
}

func unnamed(c *cmekpipe.Config) { c.JobName = "" }

func TestAnOrphanOfTheSamePipelineIsNotDoubled(t *testing.T) {
	w := newWorld(t)
	w.Dataflow().SetVisibility(emulator.Visibility{Delay: 100 * time.Millisecond})
	id := w.leave(unnamed)
	for range 2 { // the record stays while the job runs
		result, err := w.stream(unnamed)
		e := requireError(t, err, cmekpipe.AlreadyExists, "projects/cmektest-project/locations/us-central1/jobs/"+id)
		if !strings.Contains(e.Err.Error(), w.key.String()) || !strings.Contains(e.Hint, "job_name") {
			t.Errorf("got %v, want the key and what to do", e)
		}
		if len(result.Orphans) != 1 || result.Orphans[0].Err != nil || result.Orphans[0].Job.ID != id {
			t.Errorf("got orphans %v, want %s, proven", result.Orphans, id)
		}
	}
	if _, err := w.run(unnamed); err != nil {
		t.Errorf("got %v for another pipeline", err)
	}
	if _, err := w.stream(nil); err != nil {
		t.Errorf("got %v for a name that the user chose", err)
	}
	if said := w.said.String(); !strings.Contains(said, id) || !strings.Contains(said, "left alone") {
		t.Errorf("got progress %q, want the orphan in it", said)
	}
}

func TestAnOrphanThatRanToItsEndIsToldOnce(t *testing.T) {
	w := newWorld(t)
	w.Dataflow().Tamper(func(j *api.Job) { j.Type = "JOB_TYPE_BATCH" })
	id := w.leave(nil)
	w.Dataflow().Tamper(nil)
	for w.jobs()[0].CurrentState != "JOB_STATE_DONE" {
		time.Sleep(5 * time.Millisecond)
	}
	_, err := w.stream(nil)
	requireError(t, err, cmekpipe.AlreadyExists, "projects/cmektest-project/locations/us-central1/jobs/"+id)
	if result, err := w.stream(nil); err != nil || len(result.Orphans) != 0 {
		t.Errorf("got %v and orphans %v, want the user's word to be taken", err, result.Orphans)
	}
}

func TestOrphansOfOtherLaunchesAreCheckedToo(t *testing.T) {
	w := newWorld(t)
	w.Dataflow().Tamper(storeKey(""))
	bad := w.leave(func(c *cmekpipe.Config) { c.JobName = "theirs" })
	w.Dataflow().Tamper(nil)
	result, err := w.stream(nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(result.Orphans) != 1 || result.Orphans[0].Job.ID != bad || cmekpipe.CodeOf(result.Orphans[0].Err) != cmekpipe.KeyMissing ||
		result.Orphans[0].Job.State != "JOB_STATE_CANCELLED" {
		t.Errorf("got orphans %v, want %s, cancelled for having no key", result.Orphans, bad)
	}
	if active := w.active(); len(active) != 1 || active[0].Id != result.Job.ID {
		t.Errorf("got jobs %v, want the new one alone", active)
	}
}

func TestAnOrphanThatCantBeCancelledStopsTheLaunch(t *testing.T) {
	w := newWorld(t)
	w.Dataflow().Tamper(storeKey(""))
	id := w.leave(func(c *cmekpipe.Config) { c.JobName = "theirs" })
	w.Dataflow().Tamper(nil)
	remove := w.Inject(emulator.Fault{Method: "dataflow.jobs.update", Status: 403})
	result, err := w.stream(nil)
	if err == nil || !strings.Contains(err.Error(), "gcloud dataflow jobs cancel "+id) || result.Job != nil {
		t.Errorf("got error %v, want the command that cancels the job", err)
	}
	remove()
	if result, err = w.stream(nil); err != nil || len(result.Orphans) != 1 {
		t.Errorf("got %v and orphans %v, want the job cancelled at last", err, result.Orphans)
	}
}

func TestWhoMayNotListCantLaunch(t *testing.T) {
	w := newWorld(t)
	w.Inject(emulator.Fault{Method: "storage.objects.list", Status: 403})
	_, err := w.stream(nil)
	e := requireError(t, err, cmekpipe.PermissionDenied, "gs://bank-work")
	if !strings.Contains(e.Hint, "storage.objects.list") {
		t.Errorf("got hint %q, want the permission", e.Hint)
	}
	requireNothing(t, w)
}

func TestARecordThatCantBeReadIsPassedOver(t *testing.T) {
	w := newWorld(t)
	w.WriteObject("gs://bank-work/tmp/staging/cmekpipe/unfinished/cmekpipe/x/launch", []byte("not ours"))
	if _, err := w.stream(nil); err != nil {
		t.Error(err)
	}
}

func TestThereIsRoomForTheLabel(t *testing.T) {
	w := newWorld(t)
	_, err := w.stream(func(c *cmekpipe.Config) {
		c.Labels = make(map[string]string)
		for i := range 64 {
			c.Labels["a"+strings.Repeat("b", i%60)+strings.Repeat("c", i/60)] = ""
		}
	})
	e := requireError(t, err, cmekpipe.InvalidOptions, "labels")
	if !strings.Contains(e.Err.Error(), "cmekpipe-request") {
		t.Errorf("got %q, want the label's name", e.Err)
	}
}

// A job of another that comes back for ours has neither our client request id nor our label.
func TestAnotherJobWithoutRequestIDIsNotAdopted(t *testing.T) {
	w := newWorld(t)
	id := w.squatter(nil)
	intercept(t, dataflowHost, func(rw http.ResponseWriter, r *http.Request, service http.Handler) {
		if r.Method == http.MethodPost {
			_, _ = rw.Write([]byte(`{"id":"` + id + `","name":"nightly"}`))
			return
		}
		service.ServeHTTP(rw, r)
	})
	_, err := w.stream(nil)
	requireError(t, err, cmekpipe.AlreadyExists, "projects/cmektest-project/locations/us-central1/jobs/"+id)
	if active := w.active(); len(active) != 1 || active[0].Id != id {
		t.Errorf("got jobs %v, want the other's alone", active)
	}
}
