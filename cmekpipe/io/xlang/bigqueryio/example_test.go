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

// expansion would be the HOST:PORT of a running expansion service; this one is a handler of this test.
const expansion = "offline"

// The key is in what leaves the program for Java.
func ExampleWrite() {
	key := cmekpipe.MustParseKey[location.USCentral1]("projects/bank-keys/locations/us-central1/keyRings/dataflow/cryptoKeys/records")

	p, s := beam.NewPipelineWithRoot()
	bigqueryio.Write(s, key.MustBigQueryTable("bank-prod.ledger.entries"), beam.Create(s, entry{"a"}), bigqueryio.ExpansionAddr(expansion))

	coverage, err := guard.Inspect(p)
	if err != nil {
		panic(err)
	}
	for _, t := range coverage.Transforms {
		if t.Destination != "" {
			fmt.Println(t.Destination, t.Verdict, t.Key)
		}
	}
	// Output: bank-prod:ledger.entries protected projects/bank-keys/locations/us-central1/keyRings/dataflow/cryptoKeys/records
}

// Reading a table makes nothing.
func ExampleRead() {
	p, s := beam.NewPipelineWithRoot()
	bigqueryio.Read(s, "bank-prod:ledger.entries", reflect.TypeFor[entry](), bigqueryio.ExpansionAddr(expansion),
		bigqueryio.Columns("Name"), bigqueryio.Filter("Name > 'm'"))

	coverage, err := guard.Inspect(p)
	if err != nil {
		panic(err)
	}
	fmt.Println("refused:", coverage.Err())
	// Output: refused: <nil>
}
