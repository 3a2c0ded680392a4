package bigqueryio_test

import (
	"reflect"
	"sync"
	"testing"

	"cloud.google.com/go/bigquery"
	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/bigqueryio"
)

func init() { beam.RegisterDoFn(&keepFn{}) }

// kept holds the elements of keepFn. Prism's workers run in this process, and a test collects once at a time.
var kept struct {
	sync.Mutex
	accounts []Account
}

type keepFn struct{}

func (*keepFn) ProcessElement(a Account) {
	kept.Lock()
	defer kept.Unlock()
	kept.accounts = append(kept.accounts, a)
}

// requireElements runs a pipeline and requires the elements of the collection that build returns.
func requireElements(t *testing.T, want []Account, build func(beam.Scope) beam.PCollection) {
	t.Helper()
	kept.accounts = nil
	p, s := beam.NewPipelineWithRoot()
	beam.ParDo0(s, &keepFn{}, build(s))
	if _, err := beam.Run(t.Context(), "prism", p); err != nil {
		t.Fatal(err)
	}
	sorted := cmpopts.SortSlices(func(a, b Account) bool { return a.ID < b.ID })
	if diff := cmp.Diff(want, kept.accounts, sorted); diff != "" {
		t.Errorf("rows differ (-want +got):\n%s", diff)
	}
}

func TestReadStoresNothing(t *testing.T) {
	w := newWorld(t)
	fill(t, w, "accounts", nil, Account{1, "Ada"}, Account{2, "Grace"})
	before := len(w.Ledger())
	requireElements(t, []Account{{2, "Grace"}}, func(s beam.Scope) beam.PCollection {
		return bigqueryio.Read(s, cmektest.Project, cmektest.Project+".bank.accounts", reflect.TypeFor[Account](),
			bigqueryio.WithRowFilter("id > 1"))
	})
	if got := len(w.Ledger()) - before; got != 0 {
		t.Errorf("got %d new entries in the ledger, want none", got)
	}
}

func TestQueryEncryptsAndRemovesItsResult(t *testing.T) {
	w := newWorld(t)
	fill(t, w, "accounts", nil, Account{1, "Ada"}, Account{2, "Grace"})
	before := len(w.Ledger())
	requireElements(t, []Account{{1, "Ada"}}, func(s beam.Scope) beam.PCollection {
		return bigqueryio.Query(s, w.key.MustBigQueryProject(cmektest.Project),
			"SELECT id, owner FROM `"+cmektest.Project+".bank.accounts` WHERE owner = @owner", reflect.TypeFor[Account](),
			bigqueryio.UseStandardSQL(), bigqueryio.WithQueryParameters(bigquery.QueryParameter{Name: "owner", Value: "Ada"}))
	})
	kinds := map[string]int{}
	for _, e := range w.Ledger()[before:] {
		if e.Kind != "dataset" && e.Kind != "table" {
			continue
		}
		kinds[string(e.Kind)]++
		if e.ProtectedBy() != w.key || e.Deleted.IsZero() {
			t.Errorf("%s %s: got key %v, deleted %v, want %v, deleted", e.Kind, e.Name, e.ProtectedBy(), e.Deleted, w.key)
		}
	}
	if diff := cmp.Diff(map[string]int{"dataset": 1, "table": 1}, kinds); diff != "" {
		t.Errorf("stored resources differ (-want +got):\n%s", diff)
	}
}

func TestWriteWithErrorsReturnsRefusedRows(t *testing.T) {
	w := newWorld(t)
	bad := Account{2, "no UTF-8: \xff"}
	requireElements(t, []Account{bad}, func(s beam.Scope) beam.PCollection {
		accounts := beam.Create(s, Account{1, "Ada"}, bad, Account{3, "Grace"})
		return bigqueryio.WriteWithErrors(s, w.key.MustBigQueryTable(cmektest.Project+".bank.ledger"), accounts)
	})
	if got := len(w.ReadRows(cmektest.Project + ".bank.ledger")); got != 2 {
		t.Errorf("got %d rows, want 2", got)
	}
	w.RequireEncrypted(t, w.key)
}
