package verify_test

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/textio"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/launch"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/location"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/rule"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/verify"
)

// A pipeline writes an object with the key. Later another program writes over it without one.
func Example() {
	ctx := context.Background()
	cloud, err := emulator.Start()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer cloud.Close()
	key := cmekpipe.MustParseKey[location.USCentral1]("projects/bank-keys/locations/us-central1/keyRings/dataflow/cryptoKeys/pipelines")
	must(cloud.CreateKey(ctx, key.Name()))
	must(cloud.GrantKey(ctx, key.Name(), "bank-prod"))
	must(cloud.CreateBucket(ctx, "bank-prod", "bank-out", "us-central1", cmekpipe.KeyName{})) // without a default key
	for _, pair := range cloud.Environ() {
		name, value, _ := strings.Cut(pair, "=")
		os.Setenv(name, value) // t.Setenv in a test
		defer os.Unsetenv(name)
	}
	opts, err := cmekpipe.FromConfig(cmekpipe.Config{
		Runner: "prism", Key: key.String(), Project: "bank-prod", TempLocation: "gs://bank-out/tmp",
	})
	must(err)

	p, s := beam.NewPipelineWithRoot()
	textio.Write(s, key.MustObject("gs://bank-out/totals.csv"), beam.Create(s, "total,42"))
	result, err := launch.Run(ctx, opts, p)
	must(err)
	findings, err := verify.Run(ctx, result.Plan)
	must(err)
	fmt.Println("after the run:", findings.Err())

	must(cloud.WriteObject(ctx, "gs://bank-out/totals.csv", []byte("total,43\n")))
	findings, err = verify.Run(ctx, result.Plan)
	must(err)
	for _, f := range findings {
		fmt.Println(f.Rule == rule.NoKey, f.Resource)
	}
	// Output:
	// after the run: <nil>
	// true gs://bank-out/totals.csv
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
