package bigtableio_test

import (
	"fmt"

	"cloud.google.com/go/bigtable"
	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/bigtableio"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/location"
)

func ExampleWrite() {
	key := cmekpipe.MustParseKey[location.USCentral1]("projects/bank-keys/locations/us-central1/keyRings/dataflow/cryptoKeys/records")

	p, s := beam.NewPipelineWithRoot()
	entry := bigtableio.NewMutation("account-1#2026-11-25")
	entry.Set("amounts", "cents", bigtable.Timestamp(1_764_000_000_000_000), []byte("4200"))
	bigtableio.Write(s, key.MustBigtableTable("projects/bank-prod/instances/ledger/tables/entries"), beam.Create(s, *entry))

	_, _, err := p.Build()
	fmt.Println("built:", err == nil)
	// Output: built: true
}

// A cluster in another region has a key in that region.
func ExampleWithAdditionalKeys() {
	key := cmekpipe.MustParseKey[location.USCentral1]("projects/bank-keys/locations/us-central1/keyRings/dataflow/cryptoKeys/records")
	east := cmekpipe.MustParseKey[location.USEast1]("projects/bank-keys/locations/us-east1/keyRings/dataflow/cryptoKeys/records")

	p, s := beam.NewPipelineWithRoot()
	entry := bigtableio.NewMutation("account-1#2026-11-25")
	entry.Set("amounts", "cents", bigtable.Timestamp(1_764_000_000_000_000), []byte("4200"))
	bigtableio.Write(s, key.MustBigtableTable("projects/bank-prod/instances/ledger/tables/entries"), beam.Create(s, *entry),
		bigtableio.WithAdditionalKeys(east.Name()), bigtableio.WithCreateIfMissing("amounts"))

	_, _, err := p.Build()
	fmt.Println("built:", err == nil)
	// Output: built: true
}

// A destination can only be created from a key.
func ExampleWrite_withoutKey() {
	_, s := beam.NewPipelineWithRoot()
	defer func() { fmt.Println(recover()) }()
	bigtableio.Write(s, cmekpipe.BigtableTable{}, beam.Create(s, *bigtableio.NewMutation("row")))
	// Output: cmekpipe[key-missing] bigtableio.Write: "destination": got the zero BigtableTable, want one created from a key; hint: create it from a key: key.BigtableTable("projects/PROJECT/instances/INSTANCE/tables/TABLE")
}
