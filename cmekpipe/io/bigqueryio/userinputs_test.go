package bigqueryio_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"cloud.google.com/go/bigquery"
	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/testing/passert"
	"google.golang.org/api/iterator"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/bigqueryio"
)

// These tests have inputs and settings that users really had.

// requireNoJobs fails if a job was made, dry runs not counted.
func (w *world) requireNoJobs(t *testing.T) {
	t.Helper()
	if j, err := w.client.Jobs(t.Context()).Next(); !errors.Is(err, iterator.Done) {
		t.Errorf("got job %v, error %v, want none", j, err)
	}
}

func TestTemporaryDatasetIsWhereTheDataAre(t *testing.T) {
	for place, location := range map[string]string{"europe": "EU", "us": "US", "europe-west3": "europe-west3"} {
		cloud := cmektest.NewCloud(t)
		w := &world{cloud, cloud.CreateKey(place, "bank"), cloud.BigQueryClient()}
		cloud.CreateDataset(cmektest.Project+"."+dataset, location, cmekpipe.KeyName{})
		fill(t, w, "accounts", nil, accounts(3)...)
		defer w.Inject(emulator.Fault{Method: "bigquery.datasets.delete", Status: 403})() // leaves the dataset
		_ = run(t, func(s beam.Scope) { query(s, w, selectAccounts) })
		left := w.temporary(t)
		if len(left) != 1 {
			t.Fatalf("%s: got temporary datasets %q, want 1", place, left)
		}
		meta, err := w.client.Dataset(strings.TrimPrefix(left[0], cmektest.Project+".")).Metadata(t.Context())
		if err != nil || meta.Location != location || meta.DefaultEncryptionConfig.KMSKeyName != w.key.String() {
			t.Errorf("%s: got %+v, %v, want it in %s with the key", place, meta, err, location)
		}
	}
}

func TestQueryOfDataElsewhereIsRefusedBeforeItRuns(t *testing.T) {
	w := newWorld(t)
	w.CreateDataset(cmektest.Project+".far", "EU", cmekpipe.KeyName{})
	makeFar(w)
	err := run(t, func(s beam.Scope) {
		bigqueryio.Query(s, w.key.MustBigQueryProject(cmektest.Project), "SELECT * FROM far.accounts", reflect.TypeFor[Account](), bigqueryio.UseStandardSQL())
	})
	requireCode(t, err, cmekpipe.LocationMismatch)
	w.requireTidy(t, 0)
	w.requireNoJobs(t)
}

func TestPolicyThatDemandsAKeyForEveryJob(t *testing.T) {
	w := newWorld(t)
	fill(t, w, "accounts", nil, accounts(100)...)
	w.CreateBucket("bank-work", region, cmekpipe.KeyName{})
	policy := emulator.OrgPolicy{Denied: []string{"bigquery.googleapis.com"}}
	if err := w.SetOrgPolicy(t.Context(), "projects/"+cmektest.Project, "gcp.restrictNonCmekServices", policy); err != nil {
		t.Fatal(err)
	}
	err := run(t, func(s beam.Scope) {
		rows := query(s, w, selectAccounts)
		passert.Equals(s, beam.ParDo(s, showAccount, rows), shown(accounts(50))...)
		bigqueryio.Write(s, w.key.MustBigQueryTable(cmektest.Project+"."+dataset+".loaded"), rows, bigqueryio.WithFileLoads(w.key.MustObject("gs://bank-work/loads")))
		bigqueryio.Write(s, w.key.MustBigQueryTable(cmektest.Project+"."+dataset+".replaced"), rows, bigqueryio.WithWriteDisposition(bigquery.WriteTruncate))
	})
	if err != nil {
		t.Fatal(err)
	}
	w.requireTidy(t, 1)
}

func TestStatementsWithoutAResultAreRefusedBeforeTheyRun(t *testing.T) {
	for _, text := range []string{
		"CREATE TABLE bank.t AS SELECT 1 AS id", "CREATE MODEL bank.m OPTIONS (model_type = 'linear_reg') AS SELECT 1 AS label",
		"INSERT INTO bank.accounts (id) VALUES (1)", "SELECT 1; SELECT 2", "DECLARE x INT64; SELECT x",
	} {
		w := newWorld(t)
		fill(t, w, "accounts", nil, accounts(1)...)
		before := len(w.Ledger())
		err := run(t, func(s beam.Scope) {
			bigqueryio.Query(s, w.key.MustBigQueryProject(cmektest.Project), text, reflect.TypeFor[Account](), bigqueryio.UseStandardSQL())
		})
		if e := requireCode(t, err, cmekpipe.Unsupported); !strings.Contains(e.Hint, "kms_key_name") {
			t.Errorf("%s: got hint %q, want it to say how to give the key", text, e.Hint)
		}
		if made := len(w.Ledger()) - before; made != 0 {
			t.Errorf("%s: got %d resources created, want none", text, made)
		}
		w.requireNoJobs(t)
	}
}

func TestPatchedKeyOfATableWithoutOneIsNotBelieved(t *testing.T) {
	w := newWorld(t)
	w.CreateBucket("bank-work", region, cmekpipe.KeyName{})
	for name, method := range map[string]bigqueryio.WriteOption{
		"exactly": bigqueryio.WithExactlyOnce(), "atleast": bigqueryio.WithAtLeastOnce(), "inserts": bigqueryio.WithStreamingInserts(),
		"loads": bigqueryio.WithFileLoads(w.key.MustObject("gs://bank-work/loads")), "replace": bigqueryio.WithWriteDisposition(bigquery.WriteTruncate),
	} {
		w.CreateTable(cmektest.Project+"."+dataset+"."+name, cmekpipe.KeyName{}, []Account{{9, "Ada"}})
		if _, err := w.client.Dataset(dataset).Table(name).Update(t.Context(), bigquery.TableMetadataToUpdate{
			EncryptionConfig: &bigquery.EncryptionConfig{KMSKeyName: w.key.String()}}, ""); err != nil {
			t.Fatal(err) // BigQuery accepts it and encrypts nothing
		}
		table, err := w.key.BigQueryTable(cmektest.Project + "." + dataset + "." + name)
		if err != nil {
			t.Fatal(err)
		}
		err = run(t, func(s beam.Scope) { bigqueryio.Write(s, table, beam.Create(s, Account{1, "Bob"}), method) })
		requireCode(t, err, cmekpipe.KeyMissing)
		if rows := w.ReadRows(table.String()); len(rows) != 1 {
			t.Errorf("%s: got %d rows, want only the one from before", name, len(rows))
		}
	}
}
