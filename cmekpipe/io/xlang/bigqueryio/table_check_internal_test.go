package bigqueryio

import (
	"testing"
	"time"

	"cloud.google.com/go/bigquery"
	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/internal/clients/shared"
)

func TestRowsReachJavaOnlyForATableWithTheKey(t *testing.T) {
	cloud := cmektest.NewCloud(t)
	key, other := cloud.CreateKey("us-central1", "records"), cloud.CreateKey("us-central1", "other")
	for name, place := range map[string]string{"bank": "us-central1", "far": "EU"} {
		cloud.CreateDataset(cmektest.Project+"."+name, place, cmekpipe.KeyName{})
	}
	for name, k := range map[string]cmekpipe.KeyName{"keyed": key, "other": other, "plain": {}, "patched": {}} {
		cloud.CreateTable(cmektest.Project+".bank."+name, k, []struct{ A int64 }{{1}})
	}
	if _, err := cloud.BigQueryClient().Dataset("bank").Table("patched").Update(t.Context(), bigquery.TableMetadataToUpdate{
		EncryptionConfig: &bigquery.EncryptionConfig{KMSKeyName: key.String()}}, ""); err != nil {
		t.Fatal(err) // Google accepts it and encrypts nothing
	}
	for _, tt := range []struct {
		table     string
		mustExist bool
		want      cmekpipe.Code
	}{
		{"bank.keyed", false, ""},
		{"bank.keyed", true, ""},
		{"bank.missing", false, ""},
		{"bank.missing", true, cmekpipe.NotFound},
		{"bank.other", false, cmekpipe.KeyMismatch},
		{"bank.plain", false, cmekpipe.KeyMissing},
		{"bank.patched", false, cmekpipe.KeyMissing},
		{"far.t", false, cmekpipe.LocationMismatch},
		{"nowhere.t", false, cmekpipe.NotFound},
	} {
		table, err := key.BigQueryTable(cmektest.Project + "." + tt.table)
		if err != nil {
			t.Fatal(err)
		}
		f := &tableFn{Table: table, MustExist: tt.mustExist}
		ctx, passed := shared.With(t.Context(), shared.NewProcess(time.Now)), 0
		err = f.ProcessElement(ctx, "row", func(beam.X) { passed++ })
		if got := cmekpipe.CodeOf(err); got != tt.want || (tt.want == "") != (passed == 1) {
			t.Errorf("%s, must exist %v: got error %v and %d rows passed on, want code %q", tt.table, tt.mustExist, err, passed, tt.want)
		}
		if e, ok := err.(*cmekpipe.Error); err != nil && (!ok || e.Op != opWrite || e.Hint == "" || e.Resource == "") { //nolint:errorlint // as returned
			t.Errorf("%s: got %v, want operation, resource and hint", tt.table, err)
		}
	}
}

func TestTheTableIsCheckedAgainWhileRowsArePassedOn(t *testing.T) {
	cloud := cmektest.NewCloud(t)
	key := cloud.CreateKey("us-central1", "records")
	cloud.CreateDataset(cmektest.Project+".bank", "us-central1", cmekpipe.KeyName{})
	const name = cmektest.Project + ".bank.t"
	cloud.CreateTable(name, key, []struct{ A int64 }{{1}})
	now := time.Now()
	ctx := shared.With(t.Context(), shared.NewProcess(func() time.Time { return now }))
	f := &tableFn{Table: key.MustBigQueryTable(name)}
	pass := func() error { return f.ProcessElement(ctx, "row", func(beam.X) {}) }
	if err := pass(); err != nil {
		t.Fatal(err)
	}
	if err := cloud.BigQueryClient().Dataset("bank").Table("t").Delete(t.Context()); err != nil {
		t.Fatal(err)
	}
	cloud.CreateTable(name, cmekpipe.KeyName{}, []struct{ A int64 }{{1}})
	if err := pass(); err != nil {
		t.Errorf("within the interval: got %v, want no check", err)
	}
	now = now.Add(shared.CheckInterval + 1)
	if err := pass(); cmekpipe.CodeOf(err) != cmekpipe.KeyMissing {
		t.Errorf("after the interval: got %v, want %v", err, cmekpipe.KeyMissing)
	}
}
