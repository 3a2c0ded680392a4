package bigqueryio_test

import (
	"fmt"
	"reflect"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/guard"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/xlang/bigqueryio"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/location"
)

// expansion is the HOST:PORT of a running expansion service; here a handler of the test replaces it.
const expansion = "offline"

// balance is a row. Its fields are the columns.
type balance struct{ Owner string }

func init() { beam.RegisterType(reflect.TypeFor[balance]()) }

// The configuration that is sent to Java contains the key.
func ExampleWrite() {
	key := cmekpipe.MustParseKey[location.USCentral1]("projects/bank-keys/locations/us-central1/keyRings/dataflow/cryptoKeys/records")

	p, s := beam.NewPipelineWithRoot()
	bigqueryio.Write(s, key.MustBigQueryTable("bank-prod.ledger.balances"), beam.Create(s, balance{"Ada"}),
		bigqueryio.WithMethod(bigqueryio.StorageWrite), bigqueryio.WithExpansionAddr(expansion))

	coverage, err := guard.Inspect(p)
	if err != nil {
		panic(err)
	}
	for _, t := range coverage.Transforms {
		if t.Destination != "" {
			fmt.Println(t.Destination, t.Verdict, t.Key)
		}
	}
	// Output: bank-prod:ledger.balances protected projects/bank-keys/locations/us-central1/keyRings/dataflow/cryptoKeys/records
}

// Reading a table stores nothing.
func ExampleRead() {
	p, s := beam.NewPipelineWithRoot()
	bigqueryio.Read(s, "bank-prod:ledger.balances", reflect.TypeFor[balance](), bigqueryio.WithExpansionAddr(expansion),
		bigqueryio.WithColumns("Owner"), bigqueryio.WithRowFilter("Owner > 'm'"))

	coverage, err := guard.Inspect(p)
	if err != nil {
		panic(err)
	}
	fmt.Println("refused:", coverage.Err())
	// Output: refused: <nil>
}
