package bigquery_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"cloud.google.com/go/bigquery"
	"github.com/google/go-cmp/cmp"
	"google.golang.org/api/iterator"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
)

// datasets lists the datasets of the project.
func (w *world) datasets(hidden bool, pageSize int) []string {
	w.t.Helper()
	it := w.client.Datasets(w.t.Context())
	it.ListHidden, it.PageInfo().MaxSize = hidden, pageSize
	var ids []string
	for {
		d, err := it.Next()
		if errors.Is(err, iterator.Done) {
			return ids
		}
		if err != nil {
			w.t.Fatal(err)
		}
		ids = append(ids, d.DatasetID)
	}
}

func TestDatasetsAreListedByNameInPages(t *testing.T) {
	w := newWorld(t)
	for _, id := range []string{"c", "a", "d", "b"} {
		w.CreateDataset(cmektest.Project+"."+id, place, none)
	}
	for _, size := range []int{0, 1, 3, 4} {
		if diff := cmp.Diff([]string{"a", "b", "c", "d"}, w.datasets(false, size)); diff != "" {
			t.Errorf("page size %d: datasets (-want +got):\n%s", size, diff)
		}
	}
	if _, err := w.read(w.query("SELECT 1", none)); err != nil { // it leaves an anonymous result
		t.Fatal(err)
	}
	if got := w.datasets(true, 0); len(got) != 5 || got[0][0] != '_' {
		t.Errorf("got %q with hidden ones, want the dataset of anonymous results too", got)
	}
	if got := w.datasets(false, 0); len(got) != 4 {
		t.Errorf("got %q, want no hidden one", got)
	}
}

func TestDatasetSettingsAreChangedAsAsked(t *testing.T) {
	w := newWorld(t)
	one, two := w.CreateKey(place, "one"), w.CreateKey(place, "two")
	w.CreateDataset(cmektest.Project+".d", place, one)
	d := w.client.Dataset("d")
	update := bigquery.DatasetMetadataToUpdate{
		Name: "Ledger", Description: "sums", DefaultTableExpiration: 2 * time.Hour,
		DefaultEncryptionConfig: &bigquery.EncryptionConfig{KMSKeyName: two.String()},
	}
	update.SetLabel("team", "risk")
	got, err := d.Update(t.Context(), update, "")
	if err != nil {
		t.Fatal(err)
	}
	if got.Name != "Ledger" || got.Description != "sums" || got.DefaultTableExpiration != 2*time.Hour || got.Labels["team"] != "risk" ||
		got.DefaultEncryptionConfig.KMSKeyName != two.String() || got.Location != place {
		t.Errorf("got %+v, want what was asked for, and the location kept", got)
	}
	table := w.table("d", "t", people(), none)
	if key := w.keyOf(table); key != two {
		t.Errorf("got a new table encrypted with %s, want the new default key %s", key, two)
	}
	meta, err := table.Metadata(t.Context())
	if err != nil || !meta.ExpirationTime.Equal(w.now.Add(2*time.Hour)) {
		t.Errorf("got expiration %v, %v, want two hours later", meta.ExpirationTime, err)
	}
	w.now = w.now.Add(2 * time.Hour)
	if _, err := table.Metadata(t.Context()); err == nil {
		t.Error("got the table after it expired")
	}
}

func TestDatasetChangesAreRefused(t *testing.T) {
	w := newWorld(t)
	w.CreateDataset(cmektest.Project+".d", place, none)
	d := w.client.Dataset("d")
	before, err := d.Metadata(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Update(t.Context(), bigquery.DatasetMetadataToUpdate{Name: "first"}, before.ETag); err != nil {
		t.Fatal(err)
	}
	_, err = d.Update(t.Context(), bigquery.DatasetMetadataToUpdate{Name: "second"}, before.ETag)
	wantRefusal(t, err, 412, "conditionNotMet", "Precondition Failed")
	_, err = d.Update(t.Context(), bigquery.DatasetMetadataToUpdate{DefaultTableExpiration: time.Minute}, "")
	wantRefusal(t, err, 400, "invalid", "defaultTableExpirationMs")
	denied := w.CreateKey(place, "denied")
	w.DenyKey(denied, emulator.BigQuery)
	_, err = d.Update(t.Context(), bigquery.DatasetMetadataToUpdate{
		DefaultEncryptionConfig: &bigquery.EncryptionConfig{KMSKeyName: denied.String()}}, "")
	wantRefusal(t, err, 403, "accessDenied", "denied")
	_, err = w.client.Dataset("missing").Update(t.Context(), bigquery.DatasetMetadataToUpdate{Name: "x"}, "")
	wantRefusal(t, err, 404, "notFound", "Not found: Dataset cmektest-project:missing")
	wantRefusal(t, d.Create(t.Context(), nil), 409, "duplicate", "Already Exists: Dataset cmektest-project:d")
	wantRefusal(t, w.client.Dataset("a-b").Create(t.Context(), nil), 400, "invalid", `Invalid dataset ID "a-b"`)
}

func TestDatasetsWithTablesAreDeletedOnlyWithTheirContents(t *testing.T) {
	w := newWorld(t)
	w.CreateDataset(cmektest.Project+".d", place, none)
	w.table("d", "t", people(), none)
	d := w.client.Dataset("d")
	wantRefusal(t, d.Delete(t.Context()), 400, "resourceInUse", "is still in use")
	if err := d.DeleteWithContents(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, err := d.Metadata(t.Context())
	wantRefusal(t, err, 404, "notFound", "Not found: Dataset")
	wantRefusal(t, d.Delete(t.Context()), 404, "notFound", "Not found: Dataset")
	for _, e := range w.Ledger() {
		if e.Service == emulator.BigQuery && e.Deleted.IsZero() {
			t.Errorf("got %s %s in the ledger, want it deleted", e.Kind, e.Name)
		}
	}
}

// tables lists the tables of a dataset.
func (w *world) tables(dataset string, pageSize int) []string {
	w.t.Helper()
	it := w.client.Dataset(dataset).Tables(w.t.Context())
	it.PageInfo().MaxSize = pageSize
	var ids []string
	for {
		table, err := it.Next()
		if errors.Is(err, iterator.Done) {
			return ids
		}
		if err != nil {
			w.t.Fatal(err)
		}
		ids = append(ids, table.TableID)
	}
}

func TestTablesAreListedAndDeleted(t *testing.T) {
	w := newWorld(t)
	w.CreateDataset(cmektest.Project+".d", place, none)
	for _, id := range []string{"b", "c", "a"} {
		w.table("d", id, people(), none)
	}
	for _, size := range []int{0, 2} {
		if diff := cmp.Diff([]string{"a", "b", "c"}, w.tables("d", size)); diff != "" {
			t.Errorf("page size %d: tables (-want +got):\n%s", size, diff)
		}
	}
	if err := w.client.Dataset("d").Table("b").Delete(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := w.tables("d", 0); !slices.Equal(got, []string{"a", "c"}) {
		t.Errorf("got tables %q after a deletion", got)
	}
	wantRefusal(t, w.client.Dataset("d").Table("b").Delete(t.Context()), 404, "notFound", "Not found: Table cmektest-project:d.b")
	_, err := w.client.Dataset("none").Tables(t.Context()).Next()
	wantRefusal(t, err, 404, "notFound", "Not found: Dataset")
}
