package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"

	"cloud.google.com/go/bigquery"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/location"
)

// entry is a row of the table that the loopback cloud holds.
type entry struct {
	Branch string `bigquery:"branch"`
	Cents  int64  `bigquery:"cents"`
}

// runOnLoopback queries a table in a loopback cloud and reports which key encrypts what.
func runOnLoopback(ctx context.Context, query, output string) error {
	opts, err := loopbackOptions()
	if err != nil {
		return err
	}
	cloud, err := emulator.Start()
	if err != nil {
		return err
	}
	defer cloud.Close()
	entries := []entry{{"Bonn", 1250}, {"Oslo", 300}, {"Bonn", -50}, {"Lyon", 7999}}
	dataset := output[:max(0, strings.LastIndex(output, "."))]
	err = errors.Join(
		cloud.Setenv(), // so that the pipeline's workers find the cloud
		cloud.CreateJobResources(ctx, opts),
		cloud.CreateDataset(ctx, "bank-prod.ledger", opts.Region(), opts.Key()),
		cloud.CreateTable(ctx, "bank-prod.ledger.entries", opts.Key(), entries),
		cloud.CreateDataset(ctx, dataset, opts.Region(), cmekpipe.KeyName{}), // the sink names its key itself
	)
	if err != nil {
		return err
	}
	before := len(cloud.Ledger())
	if err := report(ctx, opts, query, output); err != nil {
		return err
	}
	fmt.Println("what the run created, and the key that encrypts it:")
	if err := emulator.WriteReport(os.Stdout, cloud.Ledger()[before:]); err != nil {
		return err
	}
	if opts.Config().Runner == "dataflow" {
		return nil // a job on the loopback Dataflow only goes through its states
	}
	rows, err := cloud.ReadRows(ctx, output)
	if err != nil {
		return err
	}
	slices.SortFunc(rows, func(a, b map[string]bigquery.Value) int {
		return cmp.Compare(a["branch"].(string), b["branch"].(string))
	})
	fmt.Printf("\n%s: branch, entries, cents\n", output)
	for _, row := range rows {
		fmt.Println(" ", row["branch"], row["entries"], row["cents"])
	}
	return nil
}

// loopbackOptions returns the options of the flags if any flag of a job is set, else those of a program with a constant key.
func loopbackOptions() (*cmekpipe.Options, error) {
	if cmekpipe.JobFlagSet(flag.CommandLine) {
		return cmekpipe.FromFlags(flag.CommandLine)
	}
	key := cmekpipe.MustParseKey[location.USCentral1](
		"projects/bank-keys/locations/us-central1/keyRings/dataflow/cryptoKeys/pipelines")
	bucket := cmekpipe.MustParseBucket[location.USCentral1]("bank-work")
	return cmekpipe.For(key).Project("bank-prod").TempLocation(bucket.Path("tmp")).Build()
}
