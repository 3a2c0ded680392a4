// Command beamx is a program of a user who calls beamx.Run and has added one blank import.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/textio"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/x/beamx"

	_ "github.com/cmekpipe/cmekpipe-go/cmekpipe/launch/cmekrunner"
)

var (
	word   = flag.String("word", "", "what to shout")
	output = flag.String("output", "", "where to write without a key")
)

func init() { register.Function1x1(shout) }

func shout(s string) string { return s + "!" }

func main() {
	flag.Parse()
	beam.Init()
	p, s := beam.NewPipelineWithRoot()
	words := beam.ParDo(s, shout, beam.Create(s, *word))
	if *output != "" {
		textio.Write(s, *output, words)
	}
	result, err := beamx.RunWithMetrics(context.Background(), p)
	if err != nil {
		fmt.Println("ERROR", err)
		os.Exit(1)
	}
	fmt.Println("JOB", result.JobID(), len(result.Metrics().AllMetrics().Counters()) >= 0)
}
