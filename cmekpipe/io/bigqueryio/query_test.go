package bigqueryio_test

import (
	"context"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"cloud.google.com/go/bigquery"
	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/testing/passert"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/guard"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/bigqueryio"
)

const selectAccounts = "SELECT id, owner FROM `" + cmektest.Project + ".bank.accounts` WHERE id < @n"

func query(s beam.Scope, w *world, q string) beam.PCollection {
	return bigqueryio.Query(s, w.key.MustBigQueryProject(cmektest.Project), q, reflect.TypeFor[Account](),
		bigqueryio.UseStandardSQL(), bigqueryio.WithQueryParameters(bigquery.QueryParameter{Name: "n", Value: 50}))
}

// requireTidy fails unless everything that queries created is deleted and was encrypted with the key that the call named.
func (w *world) requireTidy(t *testing.T, datasets int) {
	t.Helper()
	if left := w.temporary(t); len(left) > 0 {
		t.Errorf("got temporary datasets %q left, want none", left)
	}
	seen := 0
	for _, e := range w.Ledger() {
		if !strings.Contains(e.Name, "cmekpipe_temp_") && !strings.Contains(e.Name, "._") {
			continue
		}
		if e.Kind == "dataset" {
			seen++
		}
		if e.ProtectedBy() != w.key || !e.KeyAsked && e.Kind == "table" {
			t.Errorf("%s %s: got key %v, requested: %v, want %v", e.Kind, e.Name, e.ProtectedBy(), e.KeyAsked, w.key)
		}
	}
	if seen != datasets {
		t.Errorf("got %d temporary datasets made, want %d", seen, datasets)
	}
}

func TestQueryReadsResultsUnderTheKey(t *testing.T) {
	w := newWorld(t)
	fill(t, w, "accounts", nil, accounts(100)...)
	err := run(t, func(s beam.Scope) {
		passert.Equals(s, beam.ParDo(s, showAccount, query(s, w, selectAccounts)), shown(accounts(50))...)
	})
	if err != nil {
		t.Fatal(err)
	}
	w.requireTidy(t, 1)
}

func TestQueryWithoutResult(t *testing.T) {
	w := newWorld(t)
	fill(t, w, "accounts", nil, accounts(5)...)
	err := run(t, func(s beam.Scope) { passert.Empty(s, query(s, w, selectAccounts+" AND FALSE")) })
	if err != nil {
		t.Fatal(err)
	}
	w.requireTidy(t, 1)
}

func TestQueryErrorsDoNotQuoteTheQuery(t *testing.T) {
	for _, tt := range []struct {
		name, query string
		spoil       func(*world)
		want        cmekpipe.Code
	}{
		{"unknown column", "SELECT secret4711 FROM bank.accounts", nil, cmekpipe.InvalidOptions},
		{"fails while it runs", "SELECT CAST('secret4711' AS INT64) AS id, '' AS owner", nil, cmekpipe.InvalidOptions},
		{"table missing", "SELECT * FROM bank.secret4711", nil, cmekpipe.NotFound},
		{"table elsewhere", "SELECT * FROM far.accounts", func(w *world) { w.CreateDataset(cmektest.Project+".far", "EU", cmekpipe.KeyName{}); makeFar(w) }, cmekpipe.LocationMismatch},
		{"script", "SELECT 'secret4711'; SELECT 2", nil, cmekpipe.Unsupported},
		{"definition", "CREATE TABLE bank.secret4711 AS SELECT 1 AS a", nil, cmekpipe.Unsupported},
		{"change", "DELETE FROM bank.secret4711 WHERE TRUE", nil, cmekpipe.Unsupported},
		{"key disabled", "SELECT 1 AS id, 'secret4711' AS owner", func(w *world) { w.DisableKey(w.key) }, cmekpipe.KeyDisabled},
		{"key denied", "SELECT 1 AS id, 'secret4711' AS owner", func(w *world) { w.DenyKey(w.key) }, cmekpipe.KeyDenied},
		{"result of another type", "SELECT 'secret4711' AS id, '' AS owner", nil, cmekpipe.InvalidOptions},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			fill(t, w, "accounts", nil, accounts(5)...)
			if tt.spoil != nil {
				tt.spoil(w)
			}
			err := run(t, func(s beam.Scope) {
				bigqueryio.Query(s, w.key.MustBigQueryProject(cmektest.Project), tt.query, reflect.TypeFor[Account](), bigqueryio.UseStandardSQL())
			})
			e := requireCode(t, err, tt.want)
			if e.Op != "bigqueryio.Query" || e.Hint == "" || e.Resource == "" {
				t.Errorf("got %v, want operation, resource and hint", e)
			}
			if strings.Contains(err.Error(), "secret4711") {
				t.Errorf("got the query in the error: %v", err)
			}
			if left := w.temporary(t); len(left) > 0 {
				t.Errorf("got temporary datasets %q left, want none", left)
			}
		})
	}
}

func makeFar(w *world) {
	table := w.client.Dataset("far").Table("accounts")
	schema, err := bigquery.InferSchema(Account{})
	if err == nil {
		err = table.Create(context.Background(), &bigquery.TableMetadata{Schema: schema})
	}
	if err != nil {
		panic(err)
	}
}

func TestQueryRetriesTransientFailuresAndRunsOnce(t *testing.T) {
	for name, fault := range map[string]emulator.Fault{
		"429": {Status: http.StatusTooManyRequests}, "503": {Status: http.StatusServiceUnavailable},
		"answer lost": {Reset: true}, "answer cut": {Truncate: 20},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			fill(t, w, "accounts", nil, accounts(100)...)
			for _, method := range []string{"bigquery.datasets.insert", "bigquery.datasets.get", "bigquery.datasets.delete",
				"bigquery.jobs.insert", "bigquery.jobs.get", "bigquery.tables.get"} {
				fault.Method, fault.Call = emulator.Method(method), 1
				w.Inject(fault)
			}
			// The second insert is the query itself, behind the dry run.
			fault.Method, fault.Call = "bigquery.jobs.insert", 3
			w.Inject(fault)
			err := run(t, func(s beam.Scope) {
				passert.Equals(s, beam.ParDo(s, showAccount, query(s, w, selectAccounts)), shown(accounts(50))...)
			})
			if err != nil {
				t.Fatal(err)
			}
			w.requireTidy(t, 1)
		})
	}
}

func TestQueryRefusesWhatItCantProtect(t *testing.T) {
	parse := func(location string) cmekpipe.BigQueryProject {
		key, err := cmekpipe.ParseKeyName("projects/bank-keys/locations/" + location + "/keyRings/r/cryptoKeys/k")
		if err != nil {
			t.Fatal(err)
		}
		return key.MustBigQueryProject("bank-prod")
	}
	standard := bigqueryio.UseStandardSQL()
	for _, tt := range []struct {
		name  string
		dest  cmekpipe.BigQueryProject
		query string
		opts  []bigqueryio.QueryOption
		want  cmekpipe.Code
	}{
		{"no destination", cmekpipe.BigQueryProject{}, "SELECT 1", []bigqueryio.QueryOption{standard}, cmekpipe.KeyMissing},
		{"no query", parse("us"), " ", []bigqueryio.QueryOption{standard}, cmekpipe.InvalidOptions},
		{"legacy by default", parse("us"), "SELECT 1", nil, cmekpipe.Unsupported},
		{"legacy by prefix", parse("us"), "#legacySQL\nSELECT 1", []bigqueryio.QueryOption{standard}, cmekpipe.Unsupported},
		{"global key", parse("global"), "SELECT 1", []bigqueryio.QueryOption{standard}, cmekpipe.LocationMismatch},
		{"another place", parse("us"), "SELECT 1", []bigqueryio.QueryOption{standard, bigqueryio.WithLocation("EU")}, cmekpipe.LocationMismatch},
		{"parameter that can't travel", parse("us"), "SELECT @p", []bigqueryio.QueryOption{standard,
			bigqueryio.WithQueryParameters(bigquery.QueryParameter{Name: "p", Value: struct{ F func() }{}})}, cmekpipe.InvalidOptions},
	} {
		t.Run(tt.name, func(t *testing.T) {
			defer func() {
				err, _ := recover().(error)
				if e := requireCode(t, err, tt.want); e.Hint == "" {
					t.Errorf("got no hint: %v", e)
				}
			}()
			_, s := beam.NewPipelineWithRoot()
			bigqueryio.Query(s, tt.dest, tt.query, reflect.TypeFor[Account](), tt.opts...)
		})
	}
}

func TestGuardReadsKeyAndDatasetOfAQuery(t *testing.T) {
	key, err := cmekpipe.ParseKeyName("projects/bank-keys/locations/europe/keyRings/r/cryptoKeys/k")
	if err != nil {
		t.Fatal(err)
	}
	p, s := beam.NewPipelineWithRoot()
	bigqueryio.Query(s, key.MustBigQueryProject("bank-prod"), "SELECT 1", reflect.TypeFor[Account](), bigqueryio.UseStandardSQL())
	c, err := guard.Inspect(p)
	if err != nil {
		t.Fatal(err)
	}
	protected := 0
	for _, x := range c.Transforms {
		switch x.Verdict {
		case guard.Protected:
			protected++
			if x.Key != key || x.Destination != "bank-prod" || x.Kind != cmekpipe.KindBigQueryTemporaryDataset {
				t.Errorf("%s: got %s %s with key %v, want the temporary dataset of bank-prod with %v", x.Name, x.Kind, x.Destination, x.Key, key)
			}
		case guard.Neutral, guard.ReadsOnly:
		default:
			t.Errorf("%s: got %v", x.Name, x.Verdict)
		}
	}
	if protected != 1 {
		t.Errorf("got %d protected transforms, want 1", protected)
	}
}
