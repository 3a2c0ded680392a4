// Two_keys writes to two places with two keys: files to a bucket in us-central1 with a key of that region, which is the
// job's key too, and a table to a BigQuery dataset in EU with a key in europe. A key encrypts only data in its own location,
// so each sink has a destination that was created from its own key.
//
//	go run ./examples/two_keys
//
// needs no account and no flags: it runs on Prism against a loopback cloud that enforces keys, prints which key
// encrypts what, and then how each wrong pairing is refused. On Dataflow:
//
//	go run ./examples/two_keys \
//	  --runner=dataflow --project=bank-prod --region=us-central1 --temp_location=gs://bank-work/tmp \
//	  --dataflow_kms_key=projects/bank-keys/locations/us-central1/keyRings/dataflow/cryptoKeys/pipelines \
//	  --eu_kms_key=projects/bank-keys/locations/europe/keyRings/dataflow/cryptoKeys/reports \
//	  --files=gs://bank-out/branches --table=bank-prod.eu_reports.branches
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"reflect"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/bigqueryio"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/textio"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/launch"
)

// branch is a row of the table and a line of the files.
type branch struct {
	Name string `bigquery:"name"`
	City string `bigquery:"city"`
}

func init() {
	beam.RegisterType(reflect.TypeFor[branch]())
	register.Function1x1(line)
}

func line(b branch) string { return b.Name + "," + b.City }

// settings are the program's own flags.
type settings struct{ euKey, files, table string }

func main() {
	cmekpipe.RegisterFlags(flag.CommandLine)
	var set settings
	flag.StringVar(&set.euKey, "eu_kms_key", "projects/bank-keys/locations/europe/keyRings/dataflow/cryptoKeys/reports", "key of the table")
	flag.StringVar(&set.files, "files", "gs://bank-out/branches", "prefix of the files, gs://BUCKET/PREFIX")
	flag.StringVar(&set.table, "table", "bank-prod.eu_reports.branches", "table in EU, PROJECT.DATASET.TABLE")
	local := flag.Bool("loopback", false, "use the loopback cloud; the default without any flag of a job")
	flag.Parse()
	beam.Init() // on a worker of Dataflow, this runs the worker and doesn't return

	run := runOnDataflow
	if *local || !cmekpipe.JobFlagSet(flag.CommandLine) {
		run = runOnLoopback
	}
	if err := run(context.Background(), set); err != nil {
		fmt.Fprintln(os.Stderr, "two_keys:", err)
		os.Exit(1)
	}
}

func runOnDataflow(ctx context.Context, set settings) error {
	opts, err := cmekpipe.FromFlags(flag.CommandLine)
	if err != nil {
		return err
	}
	euKey, err := cmekpipe.ParseKeyName(set.euKey)
	if err != nil {
		return err
	}
	return write(ctx, opts, opts.Key(), euKey, set)
}

// write launches a pipeline that writes files with one key and a table with another.
func write(ctx context.Context, opts *cmekpipe.Options, filesKey, tableKey cmekpipe.KeyName, set settings) error {
	files, err := filesKey.Object(set.files)
	if err != nil {
		return err
	}
	table, err := tableKey.BigQueryTable(set.table)
	if err != nil {
		return err
	}
	p, s := beam.NewPipelineWithRoot()
	branches := beam.CreateList(s, []branch{{"Main", "Bonn"}, {"Harbour", "Oslo"}})
	textio.WriteSharded(s, files, beam.ParDo(s, line, branches), textio.WithSuffix(".csv"))
	bigqueryio.Write(s, table, branches)
	result, err := launch.Run(ctx, opts, p)
	if err == nil && result.Job != nil {
		fmt.Printf("job %s is %s, encrypted with %s\n", result.Job.ID, result.Job.State, result.Job.Key)
	}
	return err
}
