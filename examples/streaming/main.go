// Streaming reads payments from Pub/Sub, archives them as files and sums them up in BigQuery, both once per minute.
// Files, table and job are encrypted with a Cloud KMS key.
//
//	go run ./examples/streaming
//
// needs no account and no flags: it runs on Prism against a loopback cloud that enforces keys, ends when it has read
// all messages, and prints which key encrypts what. On Dataflow, until the job is drained:
//
//	go run ./examples/streaming --async \
//	  --runner=dataflow --project=bank-prod --region=us-central1 --temp_location=gs://bank-work/tmp \
//	  --dataflow_kms_key=projects/bank-keys/locations/us-central1/keyRings/dataflow/cryptoKeys/pipelines \
//	  --subscription=projects/bank-prod/subscriptions/payments \
//	  --files=gs://bank-archive/payments --table=bank-prod.ledger.totals
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/launch"
)

// settings are the program's own flags.
type settings struct {
	subscription, files, table string
	every                      time.Duration
	messages                   int64
}

func main() {
	cmekpipe.RegisterFlags(flag.CommandLine)
	var set settings
	flag.StringVar(&set.subscription, "subscription", "projects/bank-prod/subscriptions/payments", "what to read")
	flag.StringVar(&set.files, "files", "gs://bank-archive/payments", "prefix of the files, gs://BUCKET/PREFIX")
	flag.StringVar(&set.table, "table", "bank-prod.ledger.totals", "table of the sums, PROJECT.DATASET.TABLE")
	flag.DurationVar(&set.every, "every", time.Minute, "length of a window")
	flag.Int64Var(&set.messages, "messages", 0, "end after so many messages; 0 reads for ever, on Dataflow only")
	local := flag.Bool("loopback", false, "use the loopback cloud; the default without any flag of a job")
	flag.Parse()
	beam.Init() // on a worker of Dataflow, this runs the worker and doesn't return

	run := runOnDataflow
	if *local || !cmekpipe.JobFlagSet(flag.CommandLine) {
		run = runOnLoopback
	}
	if err := run(context.Background(), set); err != nil {
		fmt.Fprintln(os.Stderr, "streaming:", err)
		os.Exit(1)
	}
}

func runOnDataflow(ctx context.Context, set settings) error {
	opts, err := cmekpipe.FromFlags(flag.CommandLine)
	if err != nil {
		return err
	}
	return stream(ctx, opts, set)
}

// stream builds the pipeline and launches it as the options say.
func stream(ctx context.Context, opts *cmekpipe.Options, set settings) error {
	files, err := opts.Key().Object(set.files)
	if err != nil {
		return err
	}
	table, err := opts.Key().BigQueryTable(set.table)
	if err != nil {
		return err
	}
	p, s := beam.NewPipelineWithRoot()
	sumUp(s, read(s, opts.Project(), set), set.every, files, table)
	result, err := launch.Run(ctx, opts, p)
	if err == nil && result.Job != nil {
		fmt.Printf("job %s is %s, encrypted with %s\n", result.Job.ID, result.Job.State, result.Job.Key)
	}
	return err
}
