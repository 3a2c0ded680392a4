package bigquery_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"cloud.google.com/go/bigquery"
	"google.golang.org/api/googleapi"
	"google.golang.org/api/iterator"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
)

// Where most datasets and keys of these tests are.
const place = "us-central1"

// none is no key.
var none cmekpipe.KeyName

// world is a cloud with a client of BigQuery.
type world struct {
	*cmektest.Cloud
	t      *testing.T
	client *bigquery.Client
	now    time.Time
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, now: time.Date(2026, 11, 25, 10, 0, 0, 0, time.UTC)}
	w.Cloud = cmektest.NewCloud(t, cmektest.WithoutEnv(), cmektest.WithClock(func() time.Time { return w.now }))
	w.client = w.BigQueryClient()
	return w
}

// people is a schema with a required column.
func people() bigquery.Schema {
	return bigquery.Schema{
		{Name: "id", Type: bigquery.IntegerFieldType, Required: true},
		{Name: "name", Type: bigquery.StringFieldType},
	}
}

// table creates a table, encrypted with the key if it is valid.
func (w *world) table(dataset, name string, schema bigquery.Schema, key cmekpipe.KeyName) *bigquery.Table {
	w.t.Helper()
	t := w.client.Dataset(dataset).Table(name)
	meta := &bigquery.TableMetadata{Schema: schema}
	if key.Valid() {
		meta.EncryptionConfig = &bigquery.EncryptionConfig{KMSKeyName: key.String()}
	}
	if err := t.Create(w.t.Context(), meta); err != nil {
		w.t.Fatal(err)
	}
	return t
}

// keyOf returns the key that a table's metadata names, without its version.
func (w *world) keyOf(t *bigquery.Table) cmekpipe.KeyName {
	w.t.Helper()
	meta, err := t.Metadata(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	if meta.EncryptionConfig == nil {
		return none
	}
	version, err := cmekpipe.ParseKeyVersionName(meta.EncryptionConfig.KMSKeyName)
	if err != nil {
		w.t.Fatal(err)
	}
	return version.KeyName()
}

// rows reads a table.
func (w *world) rows(t *bigquery.Table) [][]bigquery.Value {
	w.t.Helper()
	return all(w.t, t.Read(w.t.Context()))
}

func all(t *testing.T, it *bigquery.RowIterator) [][]bigquery.Value {
	t.Helper()
	var rows [][]bigquery.Value
	for {
		var row []bigquery.Value
		switch err := it.Next(&row); {
		case errors.Is(err, iterator.Done):
			return rows
		case err != nil:
			t.Fatal(err)
		}
		rows = append(rows, row)
	}
}

// wantRefusal checks status, reason and a part of the text of an error.
func wantRefusal(t *testing.T, err error, status int, reason, text string) {
	t.Helper()
	e, ok := errors.AsType[*googleapi.Error](err)
	if !ok {
		t.Errorf("got %v, want a refusal with %q", err, text)
		return
	}
	if e.Code != status || len(e.Errors) != 1 || e.Errors[0].Reason != reason || !strings.Contains(e.Message, text) {
		t.Errorf("got %d %v %q, want %d %s with %q", e.Code, e.Errors, e.Message, status, reason, text)
	}
}
