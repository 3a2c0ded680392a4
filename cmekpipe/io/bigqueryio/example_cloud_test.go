package bigqueryio_test

import (
	"fmt"
	"reflect"
	"testing"

	"cloud.google.com/go/bigquery"
	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/bigqueryio"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/exampletest"
)

func init() {
	register.Function1x0(printAccount)
	register.Function1x0(printRefused)
}

func printAccount(a Account) { fmt.Println("account", a.ID, "of", a.Owner) }

func printRefused(a Account) { fmt.Println("refused", a.ID) }

// withAccounts is a loopback cloud with a table of two accounts.
func withAccounts(t testing.TB) *world {
	w := newWorld(t)
	fill(t, w, "accounts", nil, Account{1, "Ada"}, Account{2, "Grace"})
	return w
}

// Nothing comes to rest where a table is read.
func ExampleRead() {
	exampletest.Run(func(t testing.TB) {
		w := withAccounts(t)
		before := len(w.Ledger())

		p, s := beam.NewPipelineWithRoot()
		accounts := bigqueryio.Read(s, cmektest.Project, cmektest.Project+".bank.accounts", reflect.TypeFor[Account](),
			bigqueryio.RowFilter("id > 1"))
		beam.ParDo0(s, printAccount, accounts)
		if _, err := beam.Run(t.Context(), "prism", p); err != nil {
			t.Fatal(err)
		}
		fmt.Println("left at rest:", len(w.Ledger())-before)
	})
	// Output:
	// account 2 of Grace
	// left at rest: 0
}

// What a query leaves at rest while it runs is under the key, and gone afterwards.
func ExampleQuery() {
	exampletest.Run(func(t testing.TB) {
		w := withAccounts(t)
		before := len(w.Ledger())

		p, s := beam.NewPipelineWithRoot()
		accounts := bigqueryio.Query(s, w.key.MustBigQueryProject(cmektest.Project),
			"SELECT id, owner FROM `"+cmektest.Project+".bank.accounts` WHERE owner = @owner", reflect.TypeFor[Account](),
			bigqueryio.UseStandardSQL(), bigqueryio.WithQueryParameters(bigquery.QueryParameter{Name: "owner", Value: "Ada"}))
		beam.ParDo0(s, printAccount, accounts)
		if _, err := beam.Run(t.Context(), "prism", p); err != nil {
			t.Fatal(err)
		}
		for _, e := range w.Ledger()[before:] {
			if e.Kind == "dataset" || e.Kind == "table" {
				fmt.Println(e.Kind, "under the key:", e.ProtectedBy() == w.key, "gone:", !e.Deleted.IsZero())
			}
		}
	})
	// Output:
	// account 1 of Ada
	// dataset under the key: true gone: true
	// table under the key: true gone: true
}

// A row that BigQuery can't take comes back; the others are written.
func ExampleWriteWithErrors() {
	exampletest.Run(func(t testing.TB) {
		w := newWorld(t)

		p, s := beam.NewPipelineWithRoot()
		accounts := beam.Create(s, Account{1, "Ada"}, Account{2, "no UTF-8: \xff"}, Account{3, "Grace"})
		refused := bigqueryio.WriteWithErrors(s, w.key.MustBigQueryTable(cmektest.Project+".bank.ledger"), accounts)
		beam.ParDo0(s, printRefused, refused)
		if _, err := beam.Run(t.Context(), "prism", p); err != nil {
			t.Fatal(err)
		}
		fmt.Println("written:", len(w.ReadRows(cmektest.Project+".bank.ledger")))
		w.RequireEncrypted(t, w.key)
	})
	// Output:
	// refused 2
	// written: 2
}
