// Wordcount counts the words of a book and writes the counts as text files that are encrypted with a Cloud KMS key.
//
//	go run ./examples/wordcount
//
// needs no account and no flags: it runs on Prism against a loopback cloud that enforces keys, and prints which key
// encrypts what. With --runner=dataflow and Beam's flags it submits the same pipeline to Dataflow; --loopback sends
// that to the loopback cloud too.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/launch"
)

func main() {
	cmekpipe.RegisterFlags(flag.CommandLine)
	input := flag.String("input", "", "text to count, gs://BUCKET/OBJECT; on loopback a book is provided")
	output := flag.String("output", "", "prefix of the counts, gs://BUCKET/PREFIX; on loopback a bucket is provided")
	local := flag.Bool("loopback", false, "use the loopback cloud; the default without any flag of a job")
	flag.Parse()
	beam.Init() // on a worker of Dataflow, this runs the worker and doesn't return

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *input, *output, *local); err != nil {
		fmt.Fprintln(os.Stderr, "wordcount:", err)
		for _, fault := range cmekpipe.OptionErrors(err) {
			fmt.Fprintln(os.Stderr, "  ", fault)
		}
		stop()
		os.Exit(1)
	}
}

// run counts on the loopback cloud if asked to, or if the program was started without any flag of a job.
func run(ctx context.Context, input, output string, local bool) error {
	if local || !cmekpipe.JobFlagSet(flag.CommandLine) {
		return runOnLoopback(ctx, os.Stdout)
	}
	opts, err := cmekpipe.FromFlags(flag.CommandLine)
	if err != nil {
		return err
	}
	return count(ctx, opts, input, output)
}

// count builds the pipeline and launches it as the options say.
func count(ctx context.Context, opts *cmekpipe.Options, input, output string) error {
	counts, err := opts.Key().Object(output)
	if err != nil {
		return err
	}
	p, s := beam.NewPipelineWithRoot()
	countWords(s, input, counts)
	result, err := launch.Run(ctx, opts, p)
	if err != nil {
		return err
	}
	if result.Job != nil {
		fmt.Printf("job %s is %s, encrypted with %s\n", result.Job.ID, result.Job.State, result.Job.Key)
	}
	return nil
}
