// Bigquery_kms_key queries a BigQuery table and writes the result to a new one. The new table and the temporary
// tables of the query are encrypted with a Cloud KMS key.
//
//	go run ./examples/bigquery_kms_key
//
// needs no account and no flags: it runs on Prism against a loopback cloud that enforces keys, and prints which key
// encrypts what. On Dataflow, where the tables of the query and the dataset of the output are in the key's region:
//
//	go run ./examples/bigquery_kms_key \
//	  --runner=dataflow --project=bank-prod --region=us-central1 --temp_location=gs://bank-work/tmp \
//	  --dataflow_kms_key=projects/bank-keys/locations/us-central1/keyRings/dataflow/cryptoKeys/pipelines \
//	  --output=bank-prod.reports.branches
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"reflect"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/bigqueryio"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/launch"
)

// branch is a row of the result. Its fields are the columns of the query and of the new table.
type branch struct {
	Name    string `bigquery:"branch"`
	Entries int64  `bigquery:"entries"`
	Cents   int64  `bigquery:"cents"`
}

func init() { beam.RegisterType(reflect.TypeFor[branch]()) }

const byBranch = "SELECT branch, COUNT(*) AS entries, SUM(cents) AS cents FROM `bank-prod.ledger.entries` GROUP BY branch"

func main() {
	cmekpipe.RegisterFlags(flag.CommandLine)
	query := flag.String("query", byBranch, "GoogleSQL query with the columns branch, entries and cents")
	output := flag.String("output", "bank-prod.reports.branches", "table to create, PROJECT.DATASET.TABLE")
	local := flag.Bool("loopback", false, "use the loopback cloud; the default without any flag of a job")
	flag.Parse()
	beam.Init() // on a worker of Dataflow, this runs the worker and doesn't return

	ctx, run := context.Background(), runOnDataflow
	if *local || !cmekpipe.JobFlagSet(flag.CommandLine) {
		run = runOnLoopback
	}
	if err := run(ctx, *query, *output); err != nil {
		fmt.Fprintln(os.Stderr, "bigquery_kms_key:", err)
		os.Exit(1)
	}
}

func runOnDataflow(ctx context.Context, query, output string) error {
	opts, err := cmekpipe.FromFlags(flag.CommandLine)
	if err != nil {
		return err
	}
	return report(ctx, opts, query, output)
}

// report builds the pipeline and launches it as the options say.
func report(ctx context.Context, opts *cmekpipe.Options, query, output string) error {
	results, err := opts.Key().BigQueryProject(opts.Project()) // the query's temporary tables
	if err != nil {
		return err
	}
	table, err := opts.Key().BigQueryTable(output) // the new table
	if err != nil {
		return err
	}
	p, s := beam.NewPipelineWithRoot()
	rows := bigqueryio.Query(s, results, query, reflect.TypeFor[branch](), bigqueryio.UseStandardSQL())
	bigqueryio.Write(s, table, rows) // each row exactly once, as the input is bounded
	result, err := launch.Run(ctx, opts, p)
	if err == nil && result.Job != nil {
		fmt.Printf("job %s is %s, encrypted with %s\n", result.Job.ID, result.Job.State, result.Job.Key)
	}
	return err
}
