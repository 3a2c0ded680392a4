package bigquery_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"cloud.google.com/go/bigquery"
	"github.com/google/go-cmp/cmp"
	raw "google.golang.org/api/bigquery/v2"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
)

// These tests have what the test suites of Google's own clients found.

// call sends a request to a path and returns the answer.
func (w *world) call(verb, path string) (status int, body string) {
	w.t.Helper()
	request, err := http.NewRequestWithContext(w.t.Context(), verb, "http://"+w.Endpoint(emulator.BigQuery)+path, http.NoBody)
	if err != nil {
		w.t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		w.t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return answer.StatusCode, string(text)
}

// Python's client waits for a query with maxResults=0 and reads a list of rows that is there as the first page.
func TestAPageOfNoRowsHasAToken(t *testing.T) {
	w, key := newQueryWorld(t)
	job, err := w.query("SELECT id FROM d.people", key).Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	const project = "/bigquery/v2/projects/" + cmektest.Project
	results := project + "/queries/" + job.ID() + "?location=" + place
	for name, path := range map[string]string{
		"query": results, "table": project + "/datasets/d/tables/people/data?x=y",
	} {
		_, body := w.call(http.MethodGet, path+"&maxResults=0")
		if strings.Contains(body, `"rows"`) || !strings.Contains(body, `"pageToken":"0"`) || !strings.Contains(body, `"totalRows":"2"`) {
			t.Errorf("%s, no rows: got %s, want a token and no rows", name, body)
		}
		_, body = w.call(http.MethodGet, path+"&pageToken=0")
		if !strings.Contains(body, `"rows":[{`) || strings.Contains(body, "pageToken") {
			t.Errorf("%s, with the token: got %s, want both rows and no token", name, body)
		}
	}
	empty, err := w.query("SELECT id FROM d.people WHERE FALSE", key).Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, body := w.call(http.MethodGet, strings.Replace(results, job.ID(), empty.ID(), 1)); strings.Contains(body, `"rows"`) || strings.Contains(body, "pageToken") {
		t.Errorf("an empty result: got %s, want no rows and no token", body)
	}
}

func TestCallsThatAreNotServedAreNamed(t *testing.T) {
	w := newWorld(t)
	const dataset = "/bigquery/v2/projects/p/datasets/d"
	for call, want := range map[string]string{
		"GET /bigquery/v2/projects":                           "bigquery.projects.list",
		"GET " + dataset + "/routines":                        "bigquery.routines.list",
		"POST " + dataset + "/routines":                       "bigquery.routines.insert",
		"DELETE " + dataset + "/routines/r":                   "bigquery.routines.delete",
		"GET " + dataset + "/models/m":                        "bigquery.models.get",
		"PATCH " + dataset + "/models/m":                      "bigquery.models.patch",
		"GET " + dataset + "/tables/t/rowAccessPolicies":      "bigquery.rowAccessPolicies.list",
		"POST " + dataset + "/tables/t:getIamPolicy":          "bigquery.tables.getIamPolicy",
		"POST " + dataset + ":undelete":                       "bigquery.datasets.undelete",
		"POST /upload/bigquery/v2/projects/p/jobs?uploadType": "bigquery.jobs.insert with an upload",
		"POST /batch/bigquery/v2":                             "batch requests",
		"GET /bigquery/v2/projects/p/nothing":                 "GET /bigquery/v2/projects/p/nothing",
		"PATCH /bigquery/v2/projects/p/jobs":                  "PATCH /bigquery/v2/projects/p/jobs",
	} {
		verb, path, _ := strings.Cut(call, " ")
		status, body := w.call(verb, path)
		if status != http.StatusNotImplemented || !strings.Contains(body, "has no method "+want) {
			t.Errorf("%s: got %d %s, want 501 that names %s", call, status, body, want)
		}
	}
}

func TestAPatchedColumnInTheMiddleComesLast(t *testing.T) {
	w := newWorld(t)
	w.CreateDataset(cmektest.Project+".d", place, none)
	record := func(names ...string) *raw.TableFieldSchema {
		f := &raw.TableFieldSchema{Name: "r", Type: "RECORD"}
		for _, name := range names {
			f.Fields = append(f.Fields, &raw.TableFieldSchema{Name: name, Type: "STRING"})
		}
		return f
	}
	column := func(name string) *raw.TableFieldSchema { return &raw.TableFieldSchema{Name: name, Type: "INTEGER"} }
	service := w.rawClient()
	_, err := service.Tables.Insert(cmektest.Project, "d", &raw.Table{TableReference: &raw.TableReference{TableId: "t"},
		Schema: &raw.TableSchema{Fields: []*raw.TableFieldSchema{column("a"), record("x", "y"), column("c")}}}).Do()
	if err != nil {
		t.Fatal(err)
	}
	table := w.client.Dataset("d").Table("t")
	err = table.Inserter().Put(t.Context(), &bigquery.ValuesSaver{Row: []bigquery.Value{1, []bigquery.Value{"1", "2"}, 3},
		Schema: bigquery.Schema{{Name: "a", Type: "INTEGER"}, {Name: "r", Type: "RECORD", Schema: bigquery.Schema{{Name: "x", Type: "STRING"}, {Name: "y", Type: "STRING"}}}, {Name: "c", Type: "INTEGER"}}})
	if err != nil {
		t.Fatal(err)
	}
	got, err := w.patch("t", &raw.Table{Schema: &raw.TableSchema{Fields: []*raw.TableFieldSchema{
		column("new"), column("c"), record("x", "z", "y"), column("a")}}})
	if err != nil {
		t.Fatal(err)
	}
	names := func(fields []*raw.TableFieldSchema) (all []string) {
		for _, f := range fields {
			all = append(all, f.Name)
		}
		return all
	}
	if diff := cmp.Diff([]string{"a", "r", "c", "new"}, names(got.Schema.Fields)); diff != "" {
		t.Errorf("columns (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"x", "y", "z"}, names(got.Schema.Fields[1].Fields)); diff != "" {
		t.Errorf("columns of the record (-want +got):\n%s", diff)
	}
	want := [][]bigquery.Value{{int64(1), []bigquery.Value{"1", "2", nil}, int64(3), nil}}
	if diff := cmp.Diff(want, w.rows(table)); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
	_, err = w.patch("t", &raw.Table{Schema: &raw.TableSchema{Fields: []*raw.TableFieldSchema{column("new"), column("c"), record("x", "z", "y")}}})
	wantRefusal(t, err, http.StatusBadRequest, "invalid", "is missing in new schema")
}

func TestTableConstraintsAreRemoved(t *testing.T) {
	w := newWorld(t)
	w.CreateDataset(cmektest.Project+".d", place, none)
	table := w.client.Dataset("d").Table("t")
	key := func(columns ...string) *bigquery.TableConstraints {
		return &bigquery.TableConstraints{PrimaryKey: &bigquery.PrimaryKey{Columns: columns}}
	}
	if err := table.Create(t.Context(), &bigquery.TableMetadata{Schema: people(), TableConstraints: key("id")}); err != nil {
		t.Fatal(err)
	}
	meta, err := table.Update(t.Context(), bigquery.TableMetadataToUpdate{TableConstraints: key()}, "")
	if err != nil || meta.TableConstraints != nil {
		t.Errorf("got %+v, %v, want no constraints", meta, err)
	}
	meta, err = table.Update(t.Context(), bigquery.TableMetadataToUpdate{TableConstraints: key("name")}, "")
	if err != nil || meta.TableConstraints == nil || meta.TableConstraints.PrimaryKey.Columns[0] != "name" {
		t.Errorf("got %+v, %v, want the key name", meta, err)
	}
}

func TestARequiredPartitionFilterShowsInBothPlaces(t *testing.T) {
	w := newWorld(t)
	w.CreateDataset(cmektest.Project+".d", place, none)
	for i, inside := range []bool{true, false} {
		table := w.client.Dataset("d").Table(fmt.Sprint("t", i))
		created := &bigquery.TableMetadata{Schema: people(), RequirePartitionFilter: !inside,
			TimePartitioning: &bigquery.TimePartitioning{RequirePartitionFilter: inside}}
		if err := table.Create(t.Context(), created); err != nil {
			t.Fatal(err)
		}
		meta, err := table.Metadata(t.Context())
		for _, want := range []bool{true, false, true} {
			if err != nil || meta.RequirePartitionFilter != want || meta.TimePartitioning.RequirePartitionFilter != want {
				t.Errorf("created inside %v: got %+v, %v, want %v in both places", inside, meta, err, want)
			}
			meta, err = table.Update(t.Context(), bigquery.TableMetadataToUpdate{RequirePartitionFilter: !want}, "")
		}
	}
}

func TestDefaultCollationsAreInherited(t *testing.T) {
	w := newWorld(t)
	const ci = "und:ci"
	if err := w.client.Dataset("d").Create(t.Context(), &bigquery.DatasetMetadata{Location: place, DefaultCollation: ci}); err != nil {
		t.Fatal(err)
	}
	table := w.table("d", "t", people(), none)
	shown := func() string {
		t.Helper()
		meta, err := table.Metadata(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		text := meta.DefaultCollation
		for _, f := range meta.Schema {
			text += " " + f.Name + ":" + f.Collation
		}
		return text
	}
	if got, want := shown(), "und:ci id: name:und:ci"; got != want {
		t.Errorf("created: got %q, want %q", got, want)
	}
	if _, err := table.Update(t.Context(), bigquery.TableMetadataToUpdate{DefaultCollation: ""}, ""); err != nil {
		t.Fatal(err)
	}
	added := append(people(), &bigquery.FieldSchema{Name: "more", Type: bigquery.StringFieldType}, &bigquery.FieldSchema{Name: "loud", Type: bigquery.StringFieldType, Collation: ci})
	added[1].Collation = ci
	if _, err := table.Update(t.Context(), bigquery.TableMetadataToUpdate{Schema: added}, ""); err != nil {
		t.Fatal(err)
	}
	if got, want := shown(), " id: name:und:ci more: loud:und:ci"; got != want {
		t.Errorf("changed: got %q, want %q", got, want)
	}
}

func TestAccessConditionsNeedTheirPolicyVersion(t *testing.T) {
	w := newWorld(t)
	entry := &bigquery.AccessEntry{Role: bigquery.ReaderRole, EntityType: bigquery.GroupEmailEntity, Entity: "g@example.com",
		Condition: &bigquery.Expr{Expression: "true", Title: "always"}}
	meta := &bigquery.DatasetMetadata{Location: place, Access: []*bigquery.AccessEntry{entry}}
	d := w.client.Dataset("d")
	wantRefusal(t, d.Create(t.Context(), meta), http.StatusBadRequest, "invalid", "accessPolicyVersion=3")
	if err := d.CreateWithOptions(t.Context(), meta, bigquery.WithAccessPolicyVersion(3)); err != nil {
		t.Fatal(err)
	}
	plain, err := d.Metadata(t.Context())
	if err != nil || len(plain.Access) != 1 || plain.Access[0].Condition != nil {
		t.Errorf("without the version: got %+v, %v, want the entry without its condition", plain, err)
	}
	whole, err := d.MetadataWithOptions(t.Context(), bigquery.WithAccessPolicyVersion(3))
	if err != nil || len(whole.Access) != 1 || whole.Access[0].Condition == nil {
		t.Errorf("with the version: got %+v, %v, want the condition", whole, err)
	}
	change := bigquery.DatasetMetadataToUpdate{Access: whole.Access}
	_, err = d.Update(t.Context(), change, "")
	wantRefusal(t, err, http.StatusBadRequest, "invalid", "accessPolicyVersion=3")
	if _, err = d.UpdateWithOptions(t.Context(), change, "", bigquery.WithAccessPolicyVersion(3)); err != nil {
		t.Error(err)
	}
}

func TestDryRunsOfJobsThatMoveDataRunNothing(t *testing.T) {
	w, _ := filed(t)
	w.WriteObject("gs://files/one", []byte(`{"id":1}`))
	w.table("d", "from", people(), none)
	ref := func(table string) *raw.TableReference {
		return &raw.TableReference{ProjectId: cmektest.Project, DatasetId: "d", TableId: table}
	}
	before := len(w.Ledger())
	load := func(table *raw.TableReference, key string) *raw.JobConfiguration {
		return &raw.JobConfiguration{DryRun: true, Load: &raw.JobConfigurationLoad{DestinationTable: table, SourceUris: []string{"gs://files/one"},
			SourceFormat: "NEWLINE_DELIMITED_JSON", Schema: &raw.TableSchema{Fields: []*raw.TableFieldSchema{{Name: "id", Type: "INTEGER"}}},
			DestinationEncryptionConfiguration: encryption(key)}}
	}
	for name, config := range map[string]*raw.JobConfiguration{
		"load":    load(ref("to"), ""),
		"copy":    {DryRun: true, Copy: &raw.JobConfigurationTableCopy{SourceTable: ref("from"), DestinationTable: ref("to")}},
		"extract": {DryRun: true, Extract: &raw.JobConfigurationExtract{SourceTable: ref("from"), DestinationUri: "gs://files/out"}},
	} {
		j, err := w.rawClient().Jobs.Insert(cmektest.Project, &raw.Job{Configuration: config}).Do()
		if err != nil || j.Status.State != "DONE" || j.Status.ErrorResult != nil {
			t.Errorf("%s: got %+v, %v, want it done", name, j, err)
			continue
		}
		if _, err := w.rawClient().Jobs.Get(cmektest.Project, j.JobReference.JobId).Location(place).Do(); err == nil {
			t.Errorf("%s: got the job of a dry run kept", name)
		}
	}
	if made := w.Ledger()[before:]; len(made) > 0 {
		t.Errorf("got %+v created by dry runs", made)
	}
	_, err := w.rawClient().Jobs.Insert(cmektest.Project, &raw.Job{Configuration: load(ref("to"), w.CreateKey("europe-west3", "far").String())}).Do()
	wantRefusal(t, err, http.StatusBadRequest, "invalid", "This region is not supported")
}

func TestAMissingLoadInputIsNotFound(t *testing.T) {
	w, _ := filed(t)
	for _, uri := range []string{"gs://files/missing", "gs://files/missing*", "gs://no-bucket/one", "gs://no-bucket/*"} {
		err := w.load(nil, lines(uri))
		e, ok := err.(*bigquery.Error) //nolint:errorlint // as the client returns it
		if !ok || e.Reason != "notFound" || e.Message != "Not found: URI "+uri {
			t.Errorf("%s: got %+v, want notFound", uri, err)
		}
	}
}

func TestALoadJobHasALimitOfURIs(t *testing.T) {
	w, _ := filed(t)
	uris := make([]string, 10_001)
	for i := range uris {
		uris[i] = fmt.Sprintf("gs://files/%d", i)
	}
	if err := w.load(nil, lines(uris...)); err == nil || !strings.Contains(err.Error(), "Too many source URIs") {
		t.Errorf("got %v, want too many URIs", err)
	}
	if err := w.load(nil, lines(uris[1:]...)); err == nil || !strings.Contains(err.Error(), "Not found: URI") {
		t.Errorf("within the limit: got %v, want the missing file", err)
	}
}

func TestRefusalsOfAKeyForOtherStatementsAreGoogles(t *testing.T) {
	w, key := newQueryWorld(t)
	for text, want := range map[string]string{
		"CREATE TABLE d.t AS SELECT 1":           "Cannot set kms key name in jobs with DDL statements",
		"CREATE MODEL d.m OPTIONS() AS SELECT 1": "Cannot set kms key name in jobs with DDL statements",
		"INSERT INTO d.people VALUES (1, 'a')":   "Cannot set kms key name in jobs with DML statements",
	} {
		_, err := w.query(text, key).Run(t.Context())
		if err == nil {
			err = w.finished(w.query(text, key).Run(t.Context()))
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", text, err, want)
		}
	}
}
