package prismrun_test

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/prismrun"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/textio"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/launch"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/location"
)

// Jobs on the loopback cloud run their pipelines: Prism executes each one, with this program as the worker.
func Example() {
	ctx := context.Background()
	cloud, err := emulator.Start(emulator.WithJobRunner(prismrun.OnPrism))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer cloud.Close()
	key := cmekpipe.MustParseKey[location.USCentral1]("projects/bank-keys/locations/us-central1/keyRings/dataflow/cryptoKeys/pipelines")
	must(cloud.CreateKey(ctx, key.Name()))
	must(cloud.GrantKey(ctx, key.Name(), "bank-prod"))
	must(cloud.CreateBucket(ctx, "bank-prod", "bank-work", "us-central1", key.Name()))
	for _, pair := range cloud.Environ() {
		name, value, _ := strings.Cut(pair, "=")
		os.Setenv(name, value) // t.Setenv in a test
		defer os.Unsetenv(name)
	}
	opts, err := cmekpipe.FromConfig(cmekpipe.Config{
		Runner: "dataflow", Key: key.String(), Project: "bank-prod", TempLocation: "gs://bank-work/tmp", WorkerBinary: os.Args[0],
	})
	must(err)

	p, s := beam.NewPipelineWithRoot()
	textio.Write(s, key.MustObject("gs://bank-work/totals.csv"), beam.Create(s, "total,42"))
	result, err := launch.Run(ctx, opts, p, launch.WithProgress(nil))
	must(err)
	written, err := cloud.ReadObject(ctx, "gs://bank-work/totals.csv")
	must(err)
	fmt.Println(result.Job.State)
	fmt.Print(string(written))
	// Output:
	// JOB_STATE_DONE
	// total,42
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
