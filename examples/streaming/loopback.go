package main

import (
	"context"
	"fmt"
	"os"

	"github.com/cmekpipe/cmekpipe-go/examples/internal/loopback"
)

// runOnLoopback publishes some payments in a loopback cloud, reads them and reports what rests where.
func runOnLoopback(ctx context.Context, set settings) error {
	opts, err := loopback.Options()
	if err != nil {
		return err
	}
	files, table := opts.Key().MustObject("gs://bank-archive/payments"), opts.Key().MustBigQueryTable("bank-prod.ledger.totals")
	cloud, err := loopback.Start(ctx, opts)
	if err != nil {
		return err
	}
	defer cloud.Close()
	if err := cloud.CreateBucket(ctx, files.Bucket(), opts.Region()); err != nil {
		return err
	}
	if err := cloud.CreateDataset(ctx, table, opts.Region()); err != nil {
		return err
	}
	payments := []string{
		`{"branch": "Bonn", "cents": 1250}`, `{"branch": "Oslo", "cents": 300}`, `{"branch": "Bonn", "cents": -50}`,
	}
	if err := cloud.Publish(ctx, opts.Key().MustPubSubTopic("projects/bank-prod/topics/payments"), payments...); err != nil {
		return err
	}
	if opts.Config().Runner != "dataflow" {
		set.messages = int64(len(payments))
	}
	cloud.Ready()
	if err := stream(ctx, opts, set); err != nil {
		return err
	}
	cloud.ShowCreated(os.Stdout)
	if opts.Config().Runner == "dataflow" {
		return nil // a job on the loopback Dataflow only goes through its states
	}
	lines, err := cloud.Lines(ctx, files)
	if err != nil {
		return err
	}
	rows, err := cloud.Rows(ctx, table)
	if err != nil {
		return err
	}
	show("in the files:", lines)
	show("in the table: until, branch, cents", rows)
	return nil
}

func show(title string, lines []string) {
	fmt.Printf("\n%s\n", title)
	for _, line := range lines {
		fmt.Println(" ", line)
	}
}
