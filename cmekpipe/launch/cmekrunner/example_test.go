package cmekrunner_test

import (
	"context"
	"errors"
	"flag"
	"fmt"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/textio"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	_ "github.com/cmekpipe/cmekpipe-go/cmekpipe/launch/cmekrunner"
)

// The import registers guarded runners with Beam. A pipeline that writes without a key is refused on each of them, here on
// Prism.
func Example() {
	for name, value := range map[string]string{ // on a command line: --dataflow_kms_key=… --project=… --temp_location=…
		"dataflow_kms_key": "projects/bank-keys/locations/us-central1/keyRings/dataflow/cryptoKeys/pipelines",
		"project":          "bank-prod",
		"temp_location":    "gs://bank-work/tmp",
	} {
		if err := flag.Set(name, value); err != nil {
			fmt.Println(err)
		}
	}
	p, s := beam.NewPipelineWithRoot()
	textio.Write(s, "gs://bank-out/totals.csv", beam.Create(s, "total,42"))
	_, err := beam.Run(context.Background(), "cmekprism", p)
	fmt.Println("refused:", errors.Is(err, cmekpipe.Unprotected))
	// Output: refused: true
}
