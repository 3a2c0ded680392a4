package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/examples/internal/loopback"
)

// runOnLoopback writes to two places of a loopback cloud, reports what rests where, and shows the wrong pairings.
func runOnLoopback(ctx context.Context, set settings) error {
	opts, err := loopback.Options()
	if err != nil {
		return err
	}
	key := opts.Key()
	euKey, err := cmekpipe.ParseKeyName(set.euKey)
	if err != nil {
		return err
	}
	cloud, err := furnish(ctx, opts, euKey, set)
	if err != nil {
		return err
	}
	defer cloud.Close()
	if err := write(ctx, opts, key, euKey, set); err != nil {
		return err
	}
	cloud.ShowCreated(os.Stdout)
	if opts.Config().Runner == "dataflow" {
		return nil // a job on the loopback Dataflow only goes through its states
	}
	slog.SetDefault(slog.New(slog.DiscardHandler)) // Beam logs a failure many times over
	for _, wrong := range []struct {
		title              string
		filesKey, tableKey cmekpipe.KeyName
	}{
		{"the table under the key of the files", key, key},
		{"the files under the key of the table", euKey, euKey},
	} {
		set.files, set.table = set.files+"-again", set.table+"_again"
		fmt.Printf("\n%s:\n  %v\n", wrong.title, write(ctx, opts, wrong.filesKey, wrong.tableKey, set))
	}
	return nil
}

// furnish makes a bucket in the job's region, a dataset in EU and the second key.
func furnish(ctx context.Context, opts *cmekpipe.Options, euKey cmekpipe.KeyName, set settings) (*loopback.Cloud, error) {
	files, err := opts.Key().Object(set.files)
	if err != nil {
		return nil, err
	}
	table, err := euKey.BigQueryTable(set.table)
	if err != nil {
		return nil, err
	}
	cloud, err := loopback.Start(ctx, opts)
	if err != nil {
		return nil, err
	}
	for _, step := range []func() error{
		func() error { return cloud.CreateKey(ctx, euKey) },
		func() error { return cloud.CreateBucket(ctx, files.Bucket(), opts.Region()) },
		func() error { return cloud.CreateDataset(ctx, table, "EU") },
	} {
		if err := step(); err != nil {
			return nil, errors.Join(err, cloud.Close())
		}
	}
	cloud.Ready()
	return cloud, nil
}
