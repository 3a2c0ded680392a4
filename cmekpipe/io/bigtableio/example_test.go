package bigtableio_test

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"cloud.google.com/go/bigtable"
	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/testing/ptest"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/bigtableio"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/location"
)

const (
	exampleInstance = "projects/bank-prod/instances/ledger"
	exampleTable    = exampleInstance + "/tables/entries"
)

// startCloud starts a loopback cloud with an instance that has a cluster for each key, in the key's region.
func startCloud(keys ...cmekpipe.KeyName) *emulator.Cloud {
	ctx := context.Background()
	cloud, err := emulator.Start()
	if err != nil {
		panic(err)
	}
	err = cloud.Setenv()
	for i, key := range keys {
		err = errors.Join(err, cloud.CreateKey(ctx, key), cloud.GrantKey(ctx, key, "bank-prod", emulator.Bigtable))
		if zone := key.Location() + "-b"; i == 0 {
			err = errors.Join(err, cloud.CreateBigtableInstance(ctx, exampleInstance, zone, key))
		} else {
			err = errors.Join(err, cloud.CreateBigtableCluster(ctx, exampleInstance, zone, key))
		}
	}
	if err != nil {
		panic(err)
	}
	return cloud
}

// printRows prints what the table holds.
func printRows(cloud *emulator.Cloud) {
	rows, err := cloud.ReadBigtableRows(context.Background(), exampleTable)
	if err != nil {
		panic(err)
	}
	for _, row := range rows {
		for _, cells := range row {
			for _, c := range cells {
				fmt.Println(row.Key(), strings.TrimPrefix(c.Column, "amounts:"), string(c.Value))
			}
		}
	}
}

func ExampleWrite() {
	key := cmekpipe.MustParseKey[location.USCentral1]("projects/bank-keys/locations/us-central1/keyRings/dataflow/cryptoKeys/records")
	cloud := startCloud(key.Name())
	defer cloud.Close()
	if err := cloud.CreateBigtableTable(context.Background(), exampleTable, "amounts"); err != nil {
		fmt.Println(err)
	}

	p, s := beam.NewPipelineWithRoot()
	entry := bigtableio.NewMutation("account-1#2026-11-25")
	entry.Set("amounts", "cents", bigtable.Timestamp(1_764_000_000_000_000), []byte("4200"))
	bigtableio.Write(s, key.MustBigtableTable(exampleTable), beam.Create(s, *entry))
	if err := ptest.Run(p); err != nil { // TestMain must call ptest.Main
		fmt.Println(err)
	}
	printRows(cloud)
	// Output:
	// account-1#2026-11-25 cents 4200
}

// A cluster in another region has a key in that region.
func ExampleWithAdditionalKeys() {
	key := cmekpipe.MustParseKey[location.USCentral1]("projects/bank-keys/locations/us-central1/keyRings/dataflow/cryptoKeys/records")
	east := cmekpipe.MustParseKey[location.USEast1]("projects/bank-keys/locations/us-east1/keyRings/dataflow/cryptoKeys/records")
	cloud := startCloud(key.Name(), east.Name())
	defer cloud.Close()

	p, s := beam.NewPipelineWithRoot()
	entry := bigtableio.NewMutation("account-1#2026-11-25")
	entry.Set("amounts", "cents", bigtable.Timestamp(1_764_000_000_000_000), []byte("4200"))
	bigtableio.Write(s, key.MustBigtableTable(exampleTable), beam.Create(s, *entry),
		bigtableio.WithAdditionalKeys(east.Name()), bigtableio.WithCreateIfMissing("amounts"))
	if err := ptest.Run(p); err != nil {
		fmt.Println(err)
	}
	printRows(cloud)
	// Output:
	// account-1#2026-11-25 cents 4200
}

// A destination can only be created from a key.
func ExampleWrite_withoutKey() {
	_, s := beam.NewPipelineWithRoot()
	defer func() { fmt.Println(recover()) }()
	bigtableio.Write(s, cmekpipe.BigtableTable{}, beam.Create(s, *bigtableio.NewMutation("row")))
	// Output: cmekpipe[key-missing] bigtableio.Write: "destination": got the zero BigtableTable, want one created from a key; hint: create it from a key: key.BigtableTable("projects/PROJECT/instances/INSTANCE/tables/TABLE")
}
