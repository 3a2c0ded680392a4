package plan_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/testing/ptest"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/textio"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/launch"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/location"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/plan"
)

func TestMain(m *testing.M) { ptest.Main(m) }

// A plan is made without calling a service, prints as text, and survives JSON.
func Example() {
	key := cmekpipe.MustParseKey[location.USCentral1]("projects/bank-keys/locations/us-central1/keyRings/dataflow/cryptoKeys/pipelines")
	opts, err := cmekpipe.FromConfig(cmekpipe.Config{
		Runner: "prism", Key: key.String(), Project: "bank-prod", TempLocation: "gs://bank-work/tmp", JobName: "nightly",
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	p, s := beam.NewPipelineWithRoot()
	textio.Write(s, key.MustObject("gs://bank-out/totals.csv"), beam.Create(s, "total,42"))
	planned, err := launch.Plan(context.Background(), opts, p)
	if err != nil {
		fmt.Println(err)
		return
	}
	text, err := json.Marshal(planned)
	if err != nil {
		fmt.Println(err)
		return
	}
	var read plan.Plan
	if err := json.Unmarshal(text, &read); err != nil {
		fmt.Println(err)
		return
	}
	for _, d := range read.Destinations {
		fmt.Println(d.Kind, d.Name, "encrypted with", d.Key.ID())
	}
	fmt.Println("error findings:", read.Findings.Err())
	// Output:
	// object gs://bank-out/totals.csv encrypted with pipelines
	// error findings: <nil>
}
