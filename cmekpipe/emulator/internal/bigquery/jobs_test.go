package bigquery_test

import (
	"errors"
	"strings"
	"testing"

	"cloud.google.com/go/bigquery"
	raw "google.golang.org/api/bigquery/v2"
	"google.golang.org/api/iterator"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
)

// rawClient is the generated client, which sends what the other one would not.
func (w *world) rawClient() *raw.Service {
	w.t.Helper()
	service, err := raw.NewService(w.t.Context(), w.ClientOptions(emulator.BigQuery)...)
	if err != nil {
		w.t.Fatal(err)
	}
	return service
}

// finished waits for a job and returns its error.
func (w *world) finished(j *bigquery.Job, err error) error {
	w.t.Helper()
	if err != nil {
		return err
	}
	status, err := j.Wait(w.t.Context())
	if err != nil {
		return err
	}
	return status.Err()
}

func TestJobsAreFoundByLocationAndListedNewestFirst(t *testing.T) {
	w := newWorld(t)
	w.CreateDataset(cmektest.Project+".d", place, none)
	w.table("d", "t", people(), none)
	for _, id := range []string{"first", "second", "third"} {
		q := w.client.Query("SELECT id FROM d.t")
		q.JobID = id
		if err := w.finished(q.Run(t.Context())); err != nil {
			t.Fatal(err)
		}
	}
	it := w.client.Jobs(t.Context())
	it.PageInfo().MaxSize = 2
	var ids []string
	for {
		j, err := it.Next()
		if errors.Is(err, iterator.Done) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, j.ID())
	}
	if got := strings.Join(ids, " "); got != "third second first" {
		t.Errorf("got jobs %s", got)
	}
	if j, err := w.client.JobFromIDLocation(t.Context(), "second", place); err != nil || j.LastStatus().State != bigquery.Done {
		t.Errorf("got %v, %v", j, err)
	}
	for _, elsewhere := range []string{"", "EU"} {
		_, err := w.client.JobFromIDLocation(t.Context(), "second", elsewhere)
		wantRefusal(t, err, 404, "notFound", "Not found: Job cmektest-project:second")
	}
}

func TestAJobIDIsInUseUntilItsJobIsDeleted(t *testing.T) {
	w := newWorld(t)
	run := func() error {
		q := w.client.Query("SELECT 1")
		q.JobID = "mine"
		j, err := q.Run(t.Context())
		if err == nil && j.ID() != "mine" {
			t.Errorf("got job %s", j.ID())
		}
		return err
	}
	if err := run(); err != nil {
		t.Fatal(err)
	}
	service := w.rawClient()
	again := &raw.Job{JobReference: &raw.JobReference{ProjectId: cmektest.Project, JobId: "mine"}, Configuration: &raw.JobConfiguration{
		Query: &raw.JobConfigurationQuery{Query: "SELECT 1", UseLegacySql: new(bool)}}}
	_, err := service.Jobs.Insert(cmektest.Project, again).Do()
	wantRefusal(t, err, 409, "duplicate", "Already Exists: Job cmektest-project:mine")
	j, err := w.client.JobFromIDLocation(t.Context(), "mine", "US")
	if err != nil {
		t.Fatal(err)
	}
	if err := j.Cancel(t.Context()); err != nil {
		t.Errorf("cancel a job that has ended: %v", err)
	}
	if err := j.Delete(t.Context()); err != nil {
		t.Fatal(err)
	}
	wantRefusal(t, j.Delete(t.Context()), 404, "notFound", "Not found: Job")
	wantRefusal(t, j.Cancel(t.Context()), 404, "notFound", "Not found: Job")
	if err := run(); err != nil {
		t.Errorf("after the deletion: %v", err)
	}
}

func TestJobsWithoutWhatTheyNeedAreRefused(t *testing.T) {
	w := newWorld(t)
	w.CreateDataset(cmektest.Project+".d", place, none)
	w.CreateDataset(cmektest.Project+".eu", "EU", none)
	w.table("d", "t", people(), none)
	w.table("eu", "t", people(), none)
	ref := func(dataset, table string) *raw.TableReference {
		return &raw.TableReference{ProjectId: cmektest.Project, DatasetId: dataset, TableId: table}
	}
	schema := &raw.TableSchema{Fields: []*raw.TableFieldSchema{{Name: "id", Type: "INTEGER"}}}
	for name, tt := range map[string]struct {
		config *raw.JobConfiguration
		want   string
	}{
		"nothing":               {nil, "Required parameter is missing: configuration"},
		"no kind":               {&raw.JobConfiguration{}, "configuration.query, load, copy or extract"},
		"load without table":    {&raw.JobConfiguration{Load: &raw.JobConfigurationLoad{}}, "Required parameter is missing: destinationTable"},
		"load without files":    {&raw.JobConfiguration{Load: &raw.JobConfigurationLoad{DestinationTable: ref("d", "t")}}, "Required parameter is missing: sourceUris"},
		"load of a bad URI":     {&raw.JobConfiguration{Load: &raw.JobConfigurationLoad{DestinationTable: ref("d", "t"), SourceUris: []string{"gs://b*/o"}}}, "Invalid URI"},
		"load of two stars":     {&raw.JobConfiguration{Load: &raw.JobConfigurationLoad{DestinationTable: ref("d", "t"), SourceUris: []string{"gs://b/*/*"}}}, "Invalid URI"},
		"load of a path":        {&raw.JobConfiguration{Load: &raw.JobConfigurationLoad{DestinationTable: ref("d", "t"), SourceUris: []string{"/tmp/x"}}}, "Invalid URI"},
		"autodetect":            {&raw.JobConfiguration{Load: &raw.JobConfigurationLoad{DestinationTable: ref("d", "t"), Autodetect: true}}, "has no autodetect of load jobs"},
		"bad records":           {&raw.JobConfiguration{Load: &raw.JobConfigurationLoad{DestinationTable: ref("d", "t"), MaxBadRecords: 1}}, "has no maxBadRecords"},
		"schema update":         {&raw.JobConfiguration{Load: &raw.JobConfigurationLoad{DestinationTable: ref("d", "t"), SchemaUpdateOptions: []string{"x"}}}, "has no schemaUpdateOptions"},
		"write disposition":     {&raw.JobConfiguration{Load: &raw.JobConfigurationLoad{DestinationTable: ref("d", "t"), WriteDisposition: "WRITE_NOW"}}, `Invalid writeDisposition "WRITE_NOW"`},
		"create disposition":    {&raw.JobConfiguration{Load: &raw.JobConfigurationLoad{DestinationTable: ref("d", "t"), CreateDisposition: "CREATE"}}, `Invalid createDisposition "CREATE"`},
		"create never":          {&raw.JobConfiguration{Load: &raw.JobConfigurationLoad{DestinationTable: ref("d", "new"), CreateDisposition: "CREATE_NEVER", Schema: schema, SourceUris: []string{"gs://b/o"}}}, "Not found: Table"},
		"load to no dataset":    {&raw.JobConfiguration{Load: &raw.JobConfigurationLoad{DestinationTable: ref("none", "t")}}, "Not found: Dataset"},
		"copy without table":    {&raw.JobConfiguration{Copy: &raw.JobConfigurationTableCopy{DestinationTable: ref("d", "u")}}, "Required parameter is missing: sourceTable"},
		"copy of a snapshot":    {&raw.JobConfiguration{Copy: &raw.JobConfigurationTableCopy{OperationType: "SNAPSHOT"}}, "has no copies of the type SNAPSHOT"},
		"copy to a full table":  {&raw.JobConfiguration{Copy: &raw.JobConfigurationTableCopy{SourceTable: ref("d", "missing"), DestinationTable: ref("d", "u")}}, "Not found: Table"},
		"copy across locations": {&raw.JobConfiguration{Copy: &raw.JobConfigurationTableCopy{SourceTable: ref("eu", "t"), DestinationTable: ref("d", "u")}}, "was not found in location us-central1"},
		"extract without table": {&raw.JobConfiguration{Extract: &raw.JobConfigurationExtract{}}, "Required parameter is missing: sourceTable"},
		"extract to two":        {&raw.JobConfiguration{Extract: &raw.JobConfigurationExtract{SourceTable: ref("d", "t"), DestinationUris: []string{"gs://b/a", "gs://b/b"}}}, "extracts to one destinationUri, got 2"},
		"extract to Avro":       {&raw.JobConfiguration{Extract: &raw.JobConfigurationExtract{SourceTable: ref("d", "t"), DestinationUri: "gs://b/a", DestinationFormat: "AVRO"}}, "does not extract to AVRO"},
		"extract with snappy":   {&raw.JobConfiguration{Extract: &raw.JobConfigurationExtract{SourceTable: ref("d", "t"), DestinationUri: "gs://b/a", Compression: "SNAPPY"}}, "does not compress with SNAPPY"},
		"extract with two tabs": {&raw.JobConfiguration{Extract: &raw.JobConfigurationExtract{SourceTable: ref("d", "t"), DestinationUri: "gs://b/a", FieldDelimiter: "ab"}}, "Invalid fieldDelimiter"},
	} {
		j, err := w.rawClient().Jobs.Insert(cmektest.Project, &raw.Job{Configuration: tt.config}).Do()
		if err == nil {
			j, err = w.rawClient().Jobs.Get(cmektest.Project, j.JobReference.JobId).Location(j.JobReference.Location).Do()
		}
		got := ""
		switch {
		case err != nil:
			got = err.Error()
		case j.Status.ErrorResult != nil:
			got = j.Status.ErrorResult.Message
		}
		if !strings.Contains(got, tt.want) {
			t.Errorf("%s: got %q, want %q", name, got, tt.want)
		}
	}
}

func TestTheEncryptingAccountIsTheProjects(t *testing.T) {
	w := newWorld(t)
	got, err := w.rawClient().Projects.GetServiceAccount(cmektest.Project).Do()
	if err != nil || got.Email != emulator.Agent(emulator.BigQuery, cmektest.Project) {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestAnInjectedStatusHasBigQuerysReason(t *testing.T) {
	w := newWorld(t)
	for status, reason := range map[int]string{
		400: "invalid", 401: "authError", 403: "accessDenied", 404: "notFound", 409: "duplicate", 412: "conditionNotMet", 418: "backendError",
	} {
		remove := w.Inject(emulator.Fault{Method: emulator.BigQueryProjectsGetServiceAccount, Status: status})
		_, err := w.rawClient().Projects.GetServiceAccount(cmektest.Project).Do()
		remove()
		wantRefusal(t, err, status, reason, "the test injected status")
	}
}
