// Command plain is a program of a user who calls beam.Run with a flag of its own, and has nothing of beamx.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"

	_ "github.com/cmekpipe/cmekpipe-go/cmekpipe/launch/cmekrunner"
)

var (
	runner = flag.String("runner", "cmekprism", "how to run")
	word   = flag.String("word", "", "what to shout")
)

func init() { register.Function1x1(shout) }

func shout(s string) string { return s + "!" }

func main() {
	flag.Parse()
	beam.Init()
	p, s := beam.NewPipelineWithRoot()
	beam.ParDo(s, shout, beam.Create(s, *word))
	result, err := beam.Run(context.Background(), *runner, p)
	if err != nil {
		fmt.Println("ERROR", err)
		os.Exit(1)
	}
	fmt.Println("JOB", result.JobID(), len(result.Metrics().AllMetrics().Counters()) >= 0)
}
