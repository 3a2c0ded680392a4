package spannerio_test

import (
	"fmt"
	"reflect"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/spannerio"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/location"
)

func ExampleWrite() {
	key := cmekpipe.MustParseKey[location.USCentral1]("projects/bank-keys/locations/us-central1/keyRings/dataflow/cryptoKeys/records")

	p, s := beam.NewPipelineWithRoot()
	entries := spannerio.Read(s, "projects/bank-prod/instances/main/databases/inbox", "Entries", reflect.TypeFor[entry]())
	spannerio.Write(s, key.MustSpannerDatabase("projects/bank-prod/instances/main/databases/ledger"), "Entries", entries)

	_, _, err := p.Build()
	fmt.Println("built:", err == nil)
	// Output: built: true
}

// Without a key there is nothing to write to.
func ExampleWrite_withoutKey() {
	_, s := beam.NewPipelineWithRoot()
	defer func() { fmt.Println(recover()) }()
	spannerio.Write(s, cmekpipe.SpannerDatabase{}, "Entries", beam.Create(s, entry{}))
	// Output: cmekpipe[key-missing] spannerio.Write: "destination": got the zero Database, want one under a key; hint: let a key mint it: key.Database("projects/PROJECT/instances/INSTANCE/databases/DATABASE")
}
