package bigquery_test

import (
	"strings"
	"testing"

	"cloud.google.com/go/bigquery"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
)

func TestAPolicyDemandsAKeyOfEveryJob(t *testing.T) {
	w, key := filed(t)
	w.WriteObject("gs://files/one", []byte(`{"id":1}`))
	from := w.table("d", "from", people(), key)
	const want = "Your administrator requires that you specify an encryption key for queries in project cmektest-project."
	encrypted := &bigquery.EncryptionConfig{KMSKeyName: key.String()}
	run := func(e *bigquery.EncryptionConfig, to string) map[string]error {
		q := w.query("SELECT id FROM d.from", none)
		dry := w.query("SELECT id FROM d.from", none)
		q.DestinationEncryptionConfig, dry.DestinationEncryptionConfig, dry.DryRun = e, e, true
		c := w.client.Dataset("d").Table(to).CopierFrom(from)
		c.DestinationEncryptionConfig = e
		_, err := dry.Run(t.Context())
		return map[string]error{
			"query": w.finished(q.Run(t.Context())), "dry run": err, "copy": w.finished(c.Run(t.Context())),
			"load": w.load(func(l *bigquery.Loader) { l.DestinationEncryptionConfig = e }, lines("gs://files/one")),
		}
	}
	policy := emulator.OrgPolicy{Denied: []string{"bigquery.googleapis.com"}}
	if err := w.SetOrgPolicy(t.Context(), "projects/"+cmektest.Project, "gcp.restrictNonCmekServices", policy); err != nil {
		t.Fatal(err)
	}
	for job, err := range run(nil, "a") {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s without a key: got %v, want %q", job, err, want)
		}
	}
	for job, err := range run(encrypted, "b") {
		if err != nil {
			t.Errorf("%s with a key: %v", job, err)
		}
	}
	w.SetBigQueryLimits(emulator.BigQueryLimits{ProjectKeys: []cmekpipe.KeyName{key}})
	for job, err := range run(nil, "c") {
		if err != nil {
			t.Errorf("%s in a project with a default key: %v", job, err)
		}
	}
}

func TestTheProjectsKeyEncryptsWhatHasNoOther(t *testing.T) {
	w := newWorld(t)
	key, far := w.CreateKey(place, "project"), w.CreateKey("europe-west3", "far")
	dataset := w.CreateKey(place, "dataset")
	w.SetBigQueryLimits(emulator.BigQueryLimits{ProjectKeys: []cmekpipe.KeyName{far, key}})
	w.CreateDataset(cmektest.Project+".plain", place, none)
	w.CreateDataset(cmektest.Project+".keyed", place, dataset)
	for in, want := range map[string]cmekpipe.KeyName{"plain": key, "keyed": dataset} {
		if got := w.keyOf(w.table(in, "t", people(), none)); got != want {
			t.Errorf("%s: got a table encrypted with %s, want %s", in, got, want)
		}
	}
	q := w.query("SELECT id FROM plain.t", none)
	if err := w.finished(q.Run(t.Context())); err != nil {
		t.Fatal(err)
	}
	all := w.Ledger()
	if last := all[len(all)-1]; last.ProtectedBy() != key {
		t.Errorf("got the query's result encrypted with %s, want %s", last.ProtectedBy(), key)
	}
}

func TestAQueryKeepsTheSchemaOfATableWhoseDataItTruncates(t *testing.T) {
	w, key := filed(t)
	to := w.table("d", "t", people(), key)
	for _, tt := range []struct {
		write    bigquery.TableWriteDisposition
		required bool
		refused  string
	}{
		{bigquery.WriteAppend, true, "Field id has changed mode from REQUIRED to NULLABLE"},
		{bigquery.WriteTruncateData, true, ""},
		{bigquery.WriteTruncate, false, ""},
	} {
		q := w.query("SELECT 1 AS id, 'Ann' AS name", none)
		q.Dst, q.WriteDisposition = to, tt.write
		q.DestinationEncryptionConfig = &bigquery.EncryptionConfig{KMSKeyName: key.String()}
		err := w.finished(q.Run(t.Context()))
		if (err != nil) != (tt.refused != "") || err != nil && !strings.Contains(err.Error(), tt.refused) {
			t.Errorf("%s: got %v, want %q", tt.write, err, tt.refused)
		}
		meta, err := to.Metadata(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if got := meta.Schema[0].Required; got != tt.required {
			t.Errorf("%s: got the column required: %v, want %v", tt.write, got, tt.required)
		}
		if tt.refused == "" && meta.NumRows != 1 {
			t.Errorf("%s: got %d rows, want 1", tt.write, meta.NumRows)
		}
	}
}
