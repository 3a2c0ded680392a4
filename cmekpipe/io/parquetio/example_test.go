package parquetio_test

import (
	"fmt"
	"reflect"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/parquetio"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/location"
)

func ExampleRead() {
	type account struct {
		Number  string `parquet:"name=number, type=BYTE_ARRAY, convertedtype=UTF8"`
		Balance int64  `parquet:"name=balance, type=INT64"`
		Closed  *int32 `parquet:"name=closed, type=INT32, convertedtype=DATE"` // nil if it is open
	}

	p, s := beam.NewPipelineWithRoot()
	parquetio.Read(s, "gs://bank-records/in/*.parquet", reflect.TypeFor[account](), parquetio.MatchEmptyDisallow())

	_, _, err := p.Build()
	fmt.Println("built:", err == nil)
	// Output: built: true
}

// One file with a known name.
func ExampleWrite() {
	type account struct {
		Number  string `parquet:"name=number, type=BYTE_ARRAY, convertedtype=UTF8"`
		Balance int64  `parquet:"name=balance, type=INT64"`
		Closed  *int32 `parquet:"name=closed, type=INT32, convertedtype=DATE"` // nil if it is open
	}
	key := cmekpipe.MustParseKey[location.USCentral1]("projects/bank-keys/locations/us-central1/keyRings/dataflow/cryptoKeys/records")

	p, s := beam.NewPipelineWithRoot()
	accounts := parquetio.Read(s, "gs://bank-records/in/*.parquet", reflect.TypeFor[account]())
	parquetio.Write(s, key.MustObject("gs://bank-records/out/accounts.parquet"), accounts)

	_, _, err := p.Build()
	fmt.Println("built:", err == nil)
	// Output: built: true
}

// As many files as the runner makes bundles.
func ExampleWriteSharded() {
	type account struct {
		Number  string `parquet:"name=number, type=BYTE_ARRAY, convertedtype=UTF8"`
		Balance int64  `parquet:"name=balance, type=INT64"`
		Closed  *int32 `parquet:"name=closed, type=INT32, convertedtype=DATE"` // nil if it is open
	}
	key := cmekpipe.MustParseKey[location.USCentral1]("projects/bank-keys/locations/us-central1/keyRings/dataflow/cryptoKeys/records")

	p, s := beam.NewPipelineWithRoot()
	accounts := parquetio.Read(s, "gs://bank-records/in/*.parquet", reflect.TypeFor[account]())
	parquetio.WriteSharded(s, key.MustObject("gs://bank-records/out/accounts"), accounts)

	_, _, err := p.Build()
	fmt.Println("built:", err == nil)
	// Output: built: true
}
