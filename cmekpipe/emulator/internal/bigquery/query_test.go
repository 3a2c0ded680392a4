package bigquery_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"cloud.google.com/go/bigquery"
	"cloud.google.com/go/civil"
	"github.com/google/go-cmp/cmp"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
)

// newQueryWorld has a table "d.people" under a key, with two rows.
func newQueryWorld(t *testing.T) (*world, cmekpipe.KeyName) {
	t.Helper()
	w := newWorld(t)
	key := w.CreateKey(place, "queries")
	w.CreateDataset(cmektest.Project+".d", place, key)
	people := w.table("d", "people", people(), none)
	type person struct {
		ID   int64  `bigquery:"id"`
		Name string `bigquery:"name"`
	}
	if err := people.Inserter().Put(t.Context(), []person{{1, "Ann"}, {2, "Bob"}}); err != nil {
		t.Fatal(err)
	}
	return w, key
}

func (w *world) query(text string, key cmekpipe.KeyName) *bigquery.Query {
	q := w.client.Query(text)
	q.Location = place
	if key.Valid() {
		q.DestinationEncryptionConfig = &bigquery.EncryptionConfig{KMSKeyName: key.String()}
	}
	return q
}

func (w *world) read(q *bigquery.Query) ([][]bigquery.Value, error) {
	it, err := q.Read(w.t.Context())
	if err != nil {
		return nil, err
	}
	return all(w.t, it), nil
}

func TestQueryReadsTables(t *testing.T) {
	w, key := newQueryWorld(t)
	got, err := w.read(w.query("SELECT name, id * 2 AS twice FROM `"+cmektest.Project+".d.people` ORDER BY id DESC", key))
	want := [][]bigquery.Value{{"Bob", int64(4)}, {"Ann", int64(2)}}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("error %v, rows differ (-want +got):\n%s", err, diff)
	}
}

func TestQueryFindsTablesByDefaults(t *testing.T) {
	w, key := newQueryWorld(t)
	q := w.query("SELECT COUNT(*) FROM people", key)
	q.DefaultDatasetID = "d"
	if got, err := w.read(q); err != nil || fmt.Sprint(got) != "[[2]]" {
		t.Errorf("in the default dataset: got %v, error %v", got, err)
	}
	if got, err := w.read(w.query("SELECT COUNT(*) FROM d.people", key)); err != nil || fmt.Sprint(got) != "[[2]]" {
		t.Errorf("in the job's project: got %v, error %v", got, err)
	}
	_, err := w.read(w.query("SELECT COUNT(*) FROM people", key))
	if err == nil || !strings.Contains(err.Error(), "must be qualified with a dataset") {
		t.Errorf("without a dataset: got %v", err)
	}
}

func TestQueryParameters(t *testing.T) {
	w, key := newQueryWorld(t)
	q := w.query("SELECT @s, @n + 1, @f, @b, @d, @t, @raw, @none, 'b' IN UNNEST(@list), @r.x", key)
	at := time.Date(2026, 1, 2, 3, 4, 5, 6000, time.UTC)
	q.Parameters = []bigquery.QueryParameter{
		{Name: "s", Value: "a"}, {Name: "n", Value: 1}, {Name: "f", Value: 1.5}, {Name: "b", Value: true},
		{Name: "d", Value: civil.Date{Year: 2026, Month: 1, Day: 2}}, {Name: "t", Value: at}, {Name: "raw", Value: []byte("x")},
		{Name: "none", Value: bigquery.NullInt64{}}, {Name: "list", Value: []string{"a", "b"}}, {Name: "r", Value: struct{ X int }{7}},
	}
	got, err := w.read(q)
	want := [][]bigquery.Value{{"a", int64(2), 1.5, true, civil.Date{Year: 2026, Month: 1, Day: 2}, at, []byte("x"), nil, true, int64(7)}}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("error %v, rows differ (-want +got):\n%s", err, diff)
	}
	q = w.query("SELECT ?, ?", key)
	q.Parameters = []bigquery.QueryParameter{{Value: "p"}, {Value: int64(2)}}
	if got, err := w.read(q); err != nil || fmt.Sprint(got) != "[[p 2]]" {
		t.Errorf("by position: got %v, error %v", got, err)
	}
}

func TestOtherStatementsRefuseAKey(t *testing.T) {
	for _, tt := range []struct{ text, withKey, without string }{
		{"SELECT 1; SELECT 2", "destinationEncryptionConfiguration cannot be set for scripts", "does not execute SCRIPT"},
		{"CREATE TABLE d.t AS SELECT 1", "in jobs with DDL statements", "does not execute CREATE_TABLE_AS_SELECT"},
		{"DELETE FROM d.people WHERE TRUE", "in jobs with DML statements", "does not execute DELETE"},
	} {
		for _, dry := range []bool{true, false} {
			w, key := newQueryWorld(t)
			for _, k := range []cmekpipe.KeyName{key, none} {
				q := w.query(tt.text, k)
				q.DryRun = dry
				job, err := q.Run(t.Context())
				if err == nil {
					var status *bigquery.JobStatus
					if status, err = job.Wait(t.Context()); err == nil {
						err = status.Err()
					}
				}
				want := tt.without
				if k == key {
					want = tt.withKey
				}
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("%s, dry run %v, key %v: got %v, want %q", tt.text, dry, k, err, want)
				}
			}
		}
	}
}

func TestDryRunReturnsStatementAndSchemaAndCreatesNothing(t *testing.T) {
	w, key := newQueryWorld(t)
	before := len(w.Ledger())
	q := w.query("SELECT id, name FROM d.people", key)
	q.DryRun = true
	job, err := q.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	stats := job.LastStatus().Statistics.Details.(*bigquery.QueryStatistics)
	if stats.StatementType != "SELECT" || len(stats.Schema) != 2 || len(stats.ReferencedTables) != 1 {
		t.Errorf("got %+v", stats)
	}
	if now := len(w.Ledger()); now != before {
		t.Errorf("got %d new entries in the ledger, want none", now-before)
	}
}

func TestLegacySQLOfBeamsReadOnly(t *testing.T) {
	w, key := newQueryWorld(t)
	q := w.query("SELECT id, name FROM ["+cmektest.Project+":d.people]", key)
	q.UseLegacySQL = true
	if got, err := w.read(q); err != nil || len(got) != 2 {
		t.Errorf("got %v, error %v", got, err)
	}
	q = w.query("SELECT id FROM [d.people] WHERE id = 1", key)
	q.UseLegacySQL = true
	if _, err := w.read(q); err == nil || !strings.Contains(err.Error(), "executes no legacy SQL") {
		t.Errorf("got %v, want a refusal", err)
	}
}

func TestQueryNeedsTheKeysOfItsTables(t *testing.T) {
	w, key := newQueryWorld(t)
	result := w.CreateKey(place, "results")
	w.DisableKey(key)
	_, err := w.read(w.query("SELECT * FROM d.people", result))
	if err == nil || !strings.Contains(err.Error(), "is not enabled, current state is: DISABLED") {
		t.Errorf("got %v, want the disabled key", err)
	}
}

func TestMissingTable(t *testing.T) {
	w, key := newQueryWorld(t)
	q := w.query("SELECT * FROM d.missing", key)
	q.DryRun = true
	_, err := q.Run(t.Context())
	wantRefusal(t, err, http.StatusNotFound, "notFound", "Not found: Table "+cmektest.Project+":d.missing")
}
