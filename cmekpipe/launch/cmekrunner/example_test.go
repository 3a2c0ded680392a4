package cmekrunner_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/textio"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/launch/cmekrunner"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/location"
)

// setFlags does what a command line with these flags does: --dataflow_kms_key=… --project=… --temp_location=…
func setFlags(flags map[string]string) {
	for name, value := range flags {
		if err := flag.Set(name, value); err != nil {
			panic(err)
		}
	}
}

// The import registers guarded runners with Beam. A pipeline that writes without a key is refused on each of them, here on
// Prism.
func Example() {
	setFlags(map[string]string{
		"dataflow_kms_key": "projects/bank-keys/locations/us-central1/keyRings/dataflow/cryptoKeys/pipelines",
		"project":          "bank-prod",
		"temp_location":    "gs://bank-work/tmp",
	})
	p, s := beam.NewPipelineWithRoot()
	textio.Write(s, "gs://bank-out/totals.csv", beam.Create(s, "total,42"))
	_, err := beam.Run(context.Background(), "cmekprism", p)
	fmt.Println("refused:", errors.Is(err, cmekpipe.Unprotected))
	// Output: refused: true
}

// Execute is what beam.Run calls for --runner=cmekdataflow, here on a loopback cloud.
func ExampleExecute() {
	ctx := context.Background()
	key := cmekpipe.MustParseKey[location.USCentral1]("projects/bank-keys/locations/us-central1/keyRings/dataflow/cryptoKeys/pipelines")
	cloud, err := emulator.Start()
	if err != nil {
		panic(err)
	}
	defer cloud.Close()
	worker := filepath.Join(os.TempDir(), "cmekrunner-example-worker") // any file serves as a worker on the loopback cloud
	defer os.Remove(worker)
	err = errors.Join(cloud.Setenv(), cloud.CreateKey(ctx, key.Name()), cloud.GrantKey(ctx, key.Name(), "bank-prod"),
		cloud.CreateBucket(ctx, "bank-prod", "bank-work", "us-central1", key.Name()),
		os.WriteFile(worker, []byte("a program for linux"), 0o700))
	if err != nil {
		panic(err)
	}
	setFlags(map[string]string{
		"dataflow_kms_key": key.Name().String(), "project": "bank-prod", "temp_location": "gs://bank-work/tmp", "worker_binary": worker,
	})

	p, s := beam.NewPipelineWithRoot()
	beam.Create(s, "total,42")
	result, err := cmekrunner.Execute(ctx, p)
	fmt.Println("launched:", result.JobID() != "", err)
	// Output: launched: true <nil>
}
