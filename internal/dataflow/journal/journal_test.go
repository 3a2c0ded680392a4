package journal_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"cloud.google.com/go/storage"
	api "google.golang.org/api/dataflow/v1b3"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/job"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/jobs"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/journal"
)

func TestARecordAndItsMarks(t *testing.T) {
	f := newFixture(t)
	ended, stop := context.WithCancel(t.Context())
	stop()
	e := f.begin(f.record(nil))
	f.requireObjects("launch")
	f.Tell(ended, e) // of a job whose key nobody has confirmed
	f.requireObjects("launch")
	f.Close(ended, e, "job-1")
	f.Close(ended, e, "job-2")
	if e.Job != "job-1" {
		t.Errorf("got job %q, want the first", e.Job)
	}
	f.requireObjects("closed", "launch")
	f.Tell(ended, e)
	f.requireObjects("closed", "launch", "told")
	f.End(ended, e)
	f.requireObjects()
	if f.log.Len() > 0 {
		t.Errorf("got warnings %s", f.log.String())
	}
}

func TestARecordThatCannotBeRemovedIsSettled(t *testing.T) {
	f := newFixture(t)
	if _, err := f.Staging.Client.Bucket("bank-work").Update(t.Context(), storage.BucketAttrsToUpdate{
		RetentionPolicy: &storage.RetentionPolicy{RetentionPeriod: time.Hour}}); err != nil {
		t.Fatal(err)
	}
	e := f.begin(f.record(nil))
	f.End(t.Context(), e)
	f.requireObjects("launch", "settled")
	f.create(e.Record, jobs.TypeStreaming, "")
	if err := f.check(); err != nil || len(f.found) != 0 {
		t.Errorf("got %v and %v, want a settled record passed over", f.found, err)
	}
}

func TestJobsOfRecordsAreChecked(t *testing.T) {
	const key, none, other = "key", "", "other"
	for name, tt := range map[string]struct {
		prepare func(f *fixture, e *journal.Entry) // after the job was created
		batch   bool                               // so that the job ends at once
		key     string                             // of the job
		code    cmekpipe.Code
		checked bool
		state   job.State // of the job
		objects []string
	}{
		"open, with the key":       {key: key, state: job.Running, objects: []string{"closed", "launch"}},
		"open, without the key":    {key: none, code: cmekpipe.KeyMissing, state: job.Cancelled},
		"open, with another key":   {key: other, code: cmekpipe.KeyMismatch, state: job.Cancelled},
		"closed, with the key":     {prepare: closeIt, key: key, checked: true, state: job.Running, objects: []string{"closed", "launch"}},
		"closed, without the key":  {prepare: closeIt, key: none, code: cmekpipe.KeyMissing, state: job.Cancelled},
		"closed with another's id": {prepare: forge("job-of-another"), key: none, code: cmekpipe.KeyMissing, state: job.Cancelled},
		"closed with no id":        {prepare: forge(""), key: none, code: cmekpipe.KeyMissing, state: job.Cancelled},
		"closed with a command":    {prepare: forge("$(id)"), key: none, code: cmekpipe.KeyMissing, state: job.Cancelled},
		"ended, without the key":   {batch: true, key: none, code: cmekpipe.KeyMissing, state: job.Done},
		"ended well, nobody told":  {batch: true, key: key, state: job.Done, objects: []string{"closed", "launch"}},
		"ended well, told":         {prepare: tellOfIt, batch: true, key: key, checked: true, state: job.Done},
		"failed": {prepare: func(f *fixture, _ *journal.Entry) {
			if err := f.cloud.Dataflow().Fail(f.only().Id, "Workflow failed."); err != nil {
				f.t.Fatal(err)
			}
		}, key: key, state: job.Failed},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			e := f.begin(f.record(nil))
			keys := map[string]string{key: f.key.String(), other: f.cloud.CreateKey(region, "other").String()}
			kind := map[bool]string{false: jobs.TypeStreaming, true: "JOB_TYPE_BATCH"}[tt.batch]
			created := f.create(e.Record, kind, keys[tt.key])
			if tt.prepare != nil {
				tt.prepare(f, &journal.Entry{Record: e.Record, URL: e.URL, Created: e.Created, Job: ""})
			}
			if err := f.check(); err != nil {
				t.Fatal(err)
			}
			if len(f.found) != 1 || f.found[0].Orphan.Job.ID != created.Id || cmekpipe.CodeOf(f.found[0].Orphan.Err) != tt.code || f.found[0].Checked != tt.checked {
				t.Fatalf("got %+v, want job %s with code %q, checked: %t", f.found, created.Id, tt.code, tt.checked)
			}
			f.requireState(created.Id, tt.state)
			f.requireObjects(tt.objects...)
		})
	}
}

// closeIt closes a record with the id of the job that it created.
func closeIt(f *fixture, e *journal.Entry) {
	f.t.Helper()
	f.Close(f.t.Context(), e, f.only().Id)
}

// tellOfIt also records that the caller of the launch knows of the job.
func tellOfIt(f *fixture, e *journal.Entry) {
	f.t.Helper()
	closeIt(f, e)
	f.Tell(f.t.Context(), e)
}

// only returns the only job.
func (f *fixture) only() *api.Job {
	f.t.Helper()
	list, err := f.api.Projects.Locations.Jobs.List(f.Jobs.Project, region).Do()
	if err != nil || len(list.Jobs) != 1 {
		f.t.Fatalf("got %+v and %v, want one job", list, err)
	}
	return list.Jobs[0]
}

// forge writes a mark of a closed record as somebody can who may write to the bucket.
func forge(text string) func(*fixture, *journal.Entry) {
	return func(f *fixture, e *journal.Entry) {
		f.cloud.WriteObject(strings.TrimSuffix(e.URL, "launch")+"closed", []byte(text))
	}
}

func TestARecordWithoutAJobIsRemovedWhenNoneCanCome(t *testing.T) {
	f := newFixture(t)
	f.begin(f.record(nil))
	f.begin(f.record(func(r *journal.Record) { r.Name, r.Request = "weekly", "req-2" }))
	if err := f.check(); err != nil || len(f.found) != 0 {
		t.Errorf("got %v and %v, want no job", f.found, err)
	}
	f.requireObjects()
	for _, want := range []string{"a launch of job nightly has not finished", "the launch of job weekly that has not finished created no job"} {
		if !strings.Contains(f.said.String(), want) {
			t.Errorf("got progress %q, want %q in it", f.said.String(), want)
		}
	}
}

func TestWhatIsNoRecordIsReportedAndLeft(t *testing.T) {
	for text, good := range texts(t) {
		if good {
			continue
		}
		f := newFixture(t)
		f.cloud.WriteObject("gs://bank-work/"+records+"cmekpipe/2026-12-01/x/launch", []byte(text))
		if err := f.check(); err != nil || len(f.found) != 0 {
			t.Errorf("%s: got %v and %v, want it passed over", text, f.found, err)
		}
		f.requireObjects("launch")
		if got := f.log.String(); strings.Count(got, "level=WARN") != 1 || !strings.Contains(got, "is none of this version") {
			t.Errorf("%s: got log %q, want one warning", text, got)
		}
		if strings.ContainsAny(f.said.String()+f.log.String(), "\x1b\u202e$`") {
			t.Errorf("got %q and %q, want nothing of the record", f.said.String(), f.log.String())
		}
	}
}

func TestMarksWithoutARecordAreSwept(t *testing.T) {
	f := newFixture(t)
	e := f.begin(f.record(nil))
	f.Close(t.Context(), e, "job-1")
	f.Tell(t.Context(), e)
	if err := f.Staging.Client.Bucket("bank-work").Object(strings.TrimPrefix(e.URL, "gs://bank-work/")).Delete(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := f.check(); err != nil || len(f.found) != 0 {
		t.Errorf("got %v and %v, want nothing found", f.found, err)
	}
	f.requireObjects()
}

// An error ends a launch, and leaves the record for the next one.
func TestAJobThatCannotBeStoppedIsAnError(t *testing.T) {
	f := newFixture(t)
	e := f.begin(f.record(nil))
	created := f.create(e.Record, jobs.TypeStreaming, "")
	f.cloud.Inject(emulator.Fault{Method: emulator.DataflowJobsUpdate, Status: 403})
	err := f.check()
	found, ok := cmekpipe.FindError(err.Error())
	if !ok || cmekpipe.CodeOf(err) == "" || !strings.Contains(err.Error(), "gcloud dataflow jobs cancel "+created.Id) {
		t.Errorf("got %v (%v), want the command that cancels %s", err, found, created.Id)
	}
	f.requireObjects("launch")
}

func TestRecordsThatCannotBeListedAreAnError(t *testing.T) {
	f := newFixture(t)
	f.cloud.Inject(emulator.Fault{Method: emulator.StorageObjectsList, Status: 403})
	err := f.check()
	if cmekpipe.CodeOf(err) != cmekpipe.PermissionDenied || !strings.Contains(err.Error(), "grant the caller storage.objects.list on gs://bank-work") {
		t.Errorf("got %v, want the missing permission", err)
	}
}

// A launch waits for the jobs that it could double, and for no others.
func TestASearchWaitsForThoseThatCount(t *testing.T) {
	f := newFixture(t)
	f.Jobs.Pace.SubmitTimeout = time.Hour
	mine := f.record(nil)
	f.begin(f.record(func(r *journal.Record) { r.Name, r.Request = "weekly", "req-2" }))
	search, err := f.CheckRecords(t.Context(), func(*journal.Found) {})
	if err != nil {
		t.Fatal(err)
	}
	if err := search.Wait(t.Context(), mine, journal.Record.SameJob); err != nil {
		t.Errorf("got %v, want no wait for another job", err)
	}
	ended, stop := context.WithCancel(t.Context())
	stop()
	if err := search.Wait(ended, f.record(func(r *journal.Record) { r.Name = "weekly" }), journal.Record.SameJob); err != context.Canceled {
		t.Errorf("got %v, want a wait that ends with the context", err)
	}
	search.Abandon()
	f.requireObjects("launch")
	if like := search.Like(mine, journal.Record.SameJob); len(like) != 0 {
		t.Errorf("got %v, want none", like)
	}
}
