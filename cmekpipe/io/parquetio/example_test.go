package parquetio_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/testing/ptest"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/parquetio"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/location"
)

// account is a row. The tags are those of Beam's parquetio.
type account struct {
	Number string `parquet:"name=number, type=BYTE_ARRAY, convertedtype=UTF8"`
	Cents  int64  `parquet:"name=cents, type=INT64"`
	Closed *int32 `parquet:"name=closed, type=INT32, convertedtype=DATE"` // nil if the account is open
}

func printAccount(a account) { fmt.Println(a.Number, a.Cents, a.Closed == nil) }

func init() {
	beam.RegisterType(reflect.TypeFor[account]())
	register.Function1x0(printAccount)
}

func accounts(s beam.Scope) beam.PCollection {
	return beam.Create(s, account{Number: "DE02", Cents: 250}, account{Number: "DE03", Cents: 75})
}

// startCloud starts a loopback cloud with a key and a bucket without a default key.
func startCloud(key cmekpipe.KeyName) *emulator.Cloud {
	ctx := context.Background()
	cloud, err := emulator.Start()
	if err != nil {
		panic(err)
	}
	err = errors.Join(cloud.Setenv(), cloud.CreateKey(ctx, key), cloud.GrantKey(ctx, key, "bank-prod", emulator.Storage),
		cloud.CreateBucket(ctx, "bank-prod", "bank-records", "us-central1", cmekpipe.KeyName{}))
	if err != nil {
		panic(err)
	}
	return cloud
}

// printFiles prints the files and the keys that encrypt them.
func printFiles(cloud *emulator.Cloud) {
	for _, e := range cloud.Ledger() {
		if e.Kind == emulator.KindObject && e.Deleted.IsZero() {
			fmt.Println(e.Name, e.ProtectedBy().ID())
		}
	}
}

func ExampleRead() {
	key := cmekpipe.MustParseKey[location.USCentral1]("projects/bank-keys/locations/us-central1/keyRings/dataflow/cryptoKeys/records")
	defer startCloud(key.Name()).Close()
	p, s := beam.NewPipelineWithRoot()
	parquetio.Write(s, key.MustObject("gs://bank-records/accounts.parquet"), accounts(s))
	if err := ptest.Run(p); err != nil { // TestMain must call ptest.Main
		fmt.Println(err)
	}

	p, s = beam.NewPipelineWithRoot()
	rows := parquetio.Read(s, "gs://bank-records/*.parquet", reflect.TypeFor[account](), parquetio.MatchEmptyDisallow())
	beam.ParDo0(s, printAccount, rows)
	if err := ptest.Run(p); err != nil {
		fmt.Println(err)
	}
	// Unordered output:
	// DE02 250 true
	// DE03 75 true
}

func ExampleWrite() {
	key := cmekpipe.MustParseKey[location.USCentral1]("projects/bank-keys/locations/us-central1/keyRings/dataflow/cryptoKeys/records")
	cloud := startCloud(key.Name())
	defer cloud.Close()

	p, s := beam.NewPipelineWithRoot()
	parquetio.Write(s, key.MustObject("gs://bank-records/accounts.parquet"), accounts(s))
	if err := ptest.Run(p); err != nil {
		fmt.Println(err)
	}
	printFiles(cloud)
	// Output:
	// gs://bank-records/accounts.parquet records
}

// Without WithNumShards there are as many files as the runner makes bundles.
func ExampleWriteSharded() {
	key := cmekpipe.MustParseKey[location.USCentral1]("projects/bank-keys/locations/us-central1/keyRings/dataflow/cryptoKeys/records")
	cloud := startCloud(key.Name())
	defer cloud.Close()

	p, s := beam.NewPipelineWithRoot()
	parquetio.WriteSharded(s, key.MustObject("gs://bank-records/accounts"), accounts(s), parquetio.WithNumShards(2))
	if err := ptest.Run(p); err != nil {
		fmt.Println(err)
	}
	printFiles(cloud)
	// Unordered output:
	// gs://bank-records/accounts-00000-of-00002.parquet records
	// gs://bank-records/accounts-00001-of-00002.parquet records
}
