package bigquery_test

import (
	"testing"

	"cloud.google.com/go/bigquery"
	"github.com/google/go-cmp/cmp"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
)

func TestRowsComeBackAsTheyWereInserted(t *testing.T) {
	w := newWorld(t)
	key := w.CreateKey(place, "k")
	w.CreateDataset(cmektest.Project+".d", place, none)
	table := w.table("d", "t", people(), key)
	type person struct {
		ID   int64
		Name bigquery.NullString
	}
	rows := []person{{1, bigquery.NullString{StringVal: "Ann \"é\"\n", Valid: true}}, {2, bigquery.NullString{}}}
	if err := table.Inserter().Put(t.Context(), rows); err != nil {
		t.Fatal(err)
	}
	want := [][]bigquery.Value{{int64(1), "Ann \"é\"\n"}, {int64(2), nil}}
	if diff := cmp.Diff(want, w.rows(table)); diff != "" {
		t.Error(diff)
	}
	if got := w.keyOf(table); got != key {
		t.Errorf("got %v, want %v", got, key)
	}
	w.RequireEncrypted(t, key)
}
