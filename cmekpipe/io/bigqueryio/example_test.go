package bigqueryio_test

import (
	"fmt"
	"reflect"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/bigqueryio"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/location"
)

func ExampleWrite() {
	key := cmekpipe.MustParseKey[location.USCentral1]("projects/bank-keys/locations/us-central1/keyRings/dataflow/cryptoKeys/records")

	p, s := beam.NewPipelineWithRoot()
	accounts := bigqueryio.Query(s, key.MustBigQueryProject("bank-prod"), "SELECT id, owner FROM `bank-prod.inbox.accounts`",
		reflect.TypeFor[Account](), bigqueryio.UseStandardSQL())
	bigqueryio.Write(s, key.MustBigQueryTable("bank-prod.ledger.accounts"), accounts)

	_, _, err := p.Build()
	fmt.Println("built:", err == nil)
	// Output: built: true
}

// Without a key there is nothing to write to.
func ExampleWrite_withoutKey() {
	_, s := beam.NewPipelineWithRoot()
	defer func() {
		err, _ := recover().(error)
		e, _ := cmekpipe.FindError(fmt.Sprint(err))
		fmt.Println(e.Code, e.Resource)
	}()
	bigqueryio.Write(s, cmekpipe.BigQueryTable{}, beam.Create(s, Account{}))
	// Output: key missing destination
}
