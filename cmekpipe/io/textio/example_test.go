package textio_test

import (
	"fmt"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/textio"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/location"
)

func ExampleWriteSharded() {
	key := cmekpipe.MustParseKey[location.USCentral1]("projects/bank-keys/locations/us-central1/keyRings/dataflow/cryptoKeys/records")

	p, s := beam.NewPipelineWithRoot()
	lines := textio.Read(s, "gs://bank-records/in/*.txt")
	textio.WriteSharded(s, key.MustObject("gs://bank-records/out/lines"), lines, textio.Suffix(".txt"))

	_, _, err := p.Build()
	fmt.Println("built:", err == nil)
	// Output: built: true
}

// Without a key there is nothing to write to.
func ExampleWrite_withoutKey() {
	_, s := beam.NewPipelineWithRoot()
	defer func() { fmt.Println(recover()) }()
	textio.Write(s, cmekpipe.Object{}, beam.Create(s, "a"))
	// Output: cmekpipe[key-missing] textio.Write: "destination": got the zero Object, want one with a key; hint: create it from a key: key.Object("gs://BUCKET/OBJECT")
}
