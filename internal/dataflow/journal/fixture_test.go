package journal_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"log/slog"
	"path"
	"slices"
	"testing"
	"time"

	"cloud.google.com/go/storage"
	api "google.golang.org/api/dataflow/v1b3"
	"google.golang.org/api/iterator"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/job"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/jobs"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/journal"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/staging"
	"github.com/cmekpipe/cmekpipe-go/internal/progress"
	"github.com/cmekpipe/cmekpipe-go/internal/retry"
)

const (
	region = "us-central1"
	// records is where the launches of the fixture are recorded.
	records = "staging/cmekpipe/unfinished/"
)

// fixture is the journal of a staging location, in a cloud of its own.
type fixture struct {
	*journal.Log
	t     *testing.T
	cloud *cmektest.Cloud
	key   cmekpipe.KeyName
	api   *api.Service
	said  bytes.Buffer // progress
	log   bytes.Buffer // warnings
	found []*journal.Found
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	f := &fixture{t: t, cloud: cmektest.NewCloud(t, cmektest.WithoutEnv())}
	f.key = f.cloud.CreateKey(region, "pipelines")
	f.cloud.CreateBucket("bank-work", region, f.key)
	f.cloud.Dataflow().SetPace(emulator.Pace{})
	var err error
	if f.api, err = api.NewService(t.Context(), f.cloud.ClientOptions(emulator.Dataflow)...); err != nil {
		t.Fatal(err)
	}
	pace := jobs.Timing{Policy: retry.Policy{Initial: time.Millisecond, Max: 10 * time.Millisecond, Attempts: 3},
		SubmitTimeout: 50 * time.Millisecond, VisibilityTimeout: 50 * time.Millisecond, StopTimeout: 5 * time.Second}
	said := progress.New(&f.said)
	f.Log = &journal.Log{Logger: slog.New(slog.NewTextHandler(&f.log, nil)),
		Staging: staging.Area{Op: "test.Op", Client: f.cloud.StorageClient(), Location: "gs://bank-work/staging", Key: f.key,
			Day: "2026-12-01", Pace: pace.Policy, Progress: said},
		Jobs: jobs.Service{Op: "test.Op", Project: cmektest.Project, Region: region, Key: f.key, API: f.api, Pace: pace, Progress: said}}
	return f
}

// record is one of a launch of job nightly, changed.
func (f *fixture) record(change func(*journal.Record)) journal.Record {
	r := journal.Record{Name: "nightly", Named: true, Project: cmektest.Project, Region: region, Key: f.key, Request: "req-1", Pipeline: "ab12"}
	if change != nil {
		change(&r)
	}
	return r
}

func (f *fixture) begin(r journal.Record) *journal.Entry {
	f.t.Helper()
	e, err := f.Begin(f.t.Context(), r)
	if err != nil {
		f.t.Fatal(err)
	}
	return e
}

// create creates the job of a record with a key, or with none if key is "". A batch job ends at once.
func (f *fixture) create(r journal.Record, kind, key string) *api.Job {
	f.t.Helper()
	j, err := f.api.Projects.Locations.Jobs.Create(cmektest.Project, region, &api.Job{
		Name: r.Name, Type: kind, Labels: map[string]string{jobs.RequestLabel: jobs.Label(r.Request, r.Key)},
		Environment: &api.Environment{ServiceKmsKeyName: key}}).Do()
	if err != nil {
		f.t.Fatal(err)
	}
	return j
}

// check searches for the jobs of all records, to the end.
func (f *fixture) check() error {
	f.t.Helper()
	search, err := f.CheckRecords(f.t.Context(), func(found *journal.Found) { f.found = append(f.found, found) })
	if search == nil {
		f.t.Fatalf("got no search, and error %v", err)
	}
	if err != nil {
		search.Abandon()
		return err
	}
	return search.Finish(f.t.Context())
}

// objects returns the last parts of the names of all records and marks, sorted.
func (f *fixture) objects() (kinds []string) {
	f.t.Helper()
	for it := f.Staging.Client.Bucket("bank-work").Objects(f.t.Context(), &storage.Query{Prefix: records}); ; {
		attrs, err := it.Next()
		if errors.Is(err, iterator.Done) {
			slices.Sort(kinds)
			return kinds
		}
		if err != nil {
			f.t.Fatal(err)
		}
		if attrs.KMSKeyName == "" {
			f.t.Errorf("got %s without the key", attrs.Name)
		}
		kinds = append(kinds, path.Base(attrs.Name))
	}
}

func (f *fixture) requireObjects(want ...string) {
	f.t.Helper()
	if got := f.objects(); !slices.Equal(got, want) {
		f.t.Errorf("got objects %q, want %q", got, want)
	}
}

func (f *fixture) requireState(id string, want job.State) {
	f.t.Helper()
	j, err := f.api.Projects.Locations.Jobs.Get(cmektest.Project, region, id).Do()
	if err != nil || jobs.StateOf(j) != want {
		f.t.Errorf("got %+v and %v, want job %s in %s", j, err, id, want)
	}
}

func encode(t testing.TB, r journal.Record) string {
	t.Helper()
	text, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
