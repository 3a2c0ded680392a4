package main

import (
	"context"
	"fmt"
	"os"
	"slices"

	"github.com/cmekpipe/cmekpipe-go/examples/internal/loopback"
)

// entry is a row of the table that the loopback cloud holds.
type entry struct {
	Branch string `bigquery:"branch"`
	Cents  int64  `bigquery:"cents"`
}

// runOnLoopback queries a table in a loopback cloud and reports what rests where.
func runOnLoopback(ctx context.Context, query, output string) error {
	opts, err := loopback.Options()
	if err != nil {
		return err
	}
	table, err := opts.Key().BigQueryTable(output)
	if err != nil {
		return err
	}
	cloud, err := loopback.Start(ctx, opts)
	if err != nil {
		return err
	}
	defer cloud.Close()
	entries := opts.Key().MustBigQueryTable("bank-prod.ledger.entries")
	if err := cloud.CreateDataset(ctx, entries, opts.Region()); err != nil {
		return err
	}
	if err := cloud.CreateDataset(ctx, table, opts.Region()); err != nil {
		return err
	}
	if err := cloud.CreateTable(ctx, entries, []entry{{"Bonn", 1250}, {"Oslo", 300}, {"Bonn", -50}, {"Lyon", 7999}}); err != nil {
		return err
	}
	cloud.Ready()
	if err := report(ctx, opts, query, output); err != nil {
		return err
	}
	cloud.ShowCreated(os.Stdout)
	if opts.Config().Runner == "dataflow" {
		return nil // a job on the loopback Dataflow only goes through its states
	}
	rows, err := cloud.Rows(ctx, table)
	if err != nil {
		return err
	}
	slices.Sort(rows)
	fmt.Printf("\n%s: branch, entries, cents\n", table)
	for _, row := range rows {
		fmt.Println(" ", row)
	}
	return nil
}
