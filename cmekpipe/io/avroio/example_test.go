package avroio_test

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
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/avroio"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/location"
)

// account is a row as it is read; rows are written as JSON text.
type account struct {
	Number string `json:"number"`
	Cents  int64  `json:"cents"`
}

const accountSchema = `{"type": "record", "name": "account", "fields": [
	{"name": "number", "type": "string"}, {"name": "cents", "type": "long"}]}`

func printAccount(a account) { fmt.Println(a.Number, a.Cents) }

func init() {
	beam.RegisterType(reflect.TypeFor[account]())
	register.Function1x0(printAccount)
}

func accounts(s beam.Scope) beam.PCollection {
	return beam.Create(s, `{"number": "DE02", "cents": 250}`, `{"number": "DE03", "cents": 75}`)
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
	avroio.Write(s, key.MustObject("gs://bank-records/accounts"), accountSchema, accounts(s))
	if err := ptest.Run(p); err != nil { // TestMain must call ptest.Main
		fmt.Println(err)
	}

	p, s = beam.NewPipelineWithRoot()
	rows := avroio.Read(s, "gs://bank-records/*.avro", reflect.TypeFor[account](), avroio.MatchEmptyDisallow())
	beam.ParDo0(s, printAccount, rows)
	if err := ptest.Run(p); err != nil {
		fmt.Println(err)
	}
	// Unordered output:
	// DE02 250
	// DE03 75
}

func ExampleWrite() {
	key := cmekpipe.MustParseKey[location.USCentral1]("projects/bank-keys/locations/us-central1/keyRings/dataflow/cryptoKeys/records")
	cloud := startCloud(key.Name())
	defer cloud.Close()

	p, s := beam.NewPipelineWithRoot()
	avroio.Write(s, key.MustObject("gs://bank-records/accounts"), accountSchema, accounts(s))
	if err := ptest.Run(p); err != nil {
		fmt.Println(err)
	}
	printFiles(cloud)
	// Output:
	// gs://bank-records/accounts-00000-of-00001.avro records
}

// Without WithNumShards there are as many files as the runner makes bundles.
func ExampleWriteSharded() {
	key := cmekpipe.MustParseKey[location.USCentral1]("projects/bank-keys/locations/us-central1/keyRings/dataflow/cryptoKeys/records")
	cloud := startCloud(key.Name())
	defer cloud.Close()

	p, s := beam.NewPipelineWithRoot()
	avroio.WriteSharded(s, key.MustObject("gs://bank-records/accounts"), accountSchema, accounts(s), avroio.WithNumShards(2))
	if err := ptest.Run(p); err != nil {
		fmt.Println(err)
	}
	printFiles(cloud)
	// Unordered output:
	// gs://bank-records/accounts-00000-of-00002.avro records
	// gs://bank-records/accounts-00001-of-00002.avro records
}
