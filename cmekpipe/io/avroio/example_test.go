package avroio_test

import (
	"fmt"
	"reflect"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/avroio"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/location"
)

func ExampleRead() {
	type account struct {
		Number  string `json:"number"`
		Balance int64  `json:"balance"`
	}

	p, s := beam.NewPipelineWithRoot()
	avroio.Read(s, "gs://bank-records/in/*.avro", reflect.TypeFor[account](), avroio.MatchEmptyDisallow())

	_, _, err := p.Build()
	fmt.Println("built:", err == nil)
	// Output: built: true
}

// One file, gs://bank-records/out/names-00000-of-00001.avro.
func ExampleWrite() {
	key := cmekpipe.MustParseKey[location.USCentral1]("projects/bank-keys/locations/us-central1/keyRings/dataflow/cryptoKeys/records")

	p, s := beam.NewPipelineWithRoot()
	names := avroio.Read(s, "gs://bank-records/in/*.avro", reflect.TypeFor[string]())
	avroio.Write(s, key.MustObject("gs://bank-records/out/names"), `"string"`, names)

	_, _, err := p.Build()
	fmt.Println("built:", err == nil)
	// Output: built: true
}

// As many files as the runner makes bundles.
func ExampleWriteSharded() {
	key := cmekpipe.MustParseKey[location.USCentral1]("projects/bank-keys/locations/us-central1/keyRings/dataflow/cryptoKeys/records")

	p, s := beam.NewPipelineWithRoot()
	names := avroio.Read(s, "gs://bank-records/in/*.avro", reflect.TypeFor[string]())
	avroio.WriteSharded(s, key.MustObject("gs://bank-records/out/names"), `"string"`, names)

	_, _, err := p.Build()
	fmt.Println("built:", err == nil)
	// Output: built: true
}
