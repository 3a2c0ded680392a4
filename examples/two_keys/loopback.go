package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/location"
)

// runOnLoopback writes to two places of a loopback cloud, reports which key encrypts what, and shows the wrong pairings.
func runOnLoopback(ctx context.Context, set settings) error {
	opts, err := loopbackOptions()
	if err != nil {
		return err
	}
	key := opts.Key()
	euKey, err := cmekpipe.ParseKeyName(set.euKey)
	if err != nil {
		return err
	}
	cloud, err := emulator.Start()
	if err != nil {
		return err
	}
	defer cloud.Close()
	if err := prepare(ctx, cloud, opts, euKey, set); err != nil {
		return err
	}
	before := len(cloud.Ledger())
	if err := write(ctx, opts, key, euKey, set); err != nil {
		return err
	}
	fmt.Println("what the run created, and the key that encrypts it:")
	if err := emulator.WriteReport(os.Stdout, cloud.Ledger()[before:]); err != nil {
		return err
	}
	if opts.Config().Runner == "dataflow" {
		return nil // a job on the loopback Dataflow only goes through its states
	}
	slog.SetDefault(slog.New(slog.DiscardHandler)) // Beam logs a failure many times over
	for _, wrong := range []struct {
		title              string
		filesKey, tableKey cmekpipe.KeyName
	}{
		{"the table with the key of the files", key, key},
		{"the files with the key of the table", euKey, euKey},
	} {
		set.files, set.table = set.files+"-again", set.table+"_again"
		fmt.Printf("\n%s:\n  %v\n", wrong.title, write(ctx, opts, wrong.filesKey, wrong.tableKey, set))
	}
	return nil
}

// prepare creates the job's key, a bucket in its region, the second key and a dataset in EU. The sinks name their keys, so
// that bucket and dataset have no default key.
func prepare(ctx context.Context, cloud *emulator.Cloud, opts *cmekpipe.Options, euKey cmekpipe.KeyName, set settings) error {
	files, err := opts.Key().Object(set.files)
	if err != nil {
		return err
	}
	table, err := euKey.BigQueryTable(set.table)
	if err != nil {
		return err
	}
	return errors.Join(
		cloud.Setenv(), // so that the pipeline's workers find the cloud
		cloud.CreateJobResources(ctx, opts),
		cloud.CreateKey(ctx, euKey),
		cloud.GrantKey(ctx, euKey, opts.Project()),
		cloud.CreateBucket(ctx, opts.Project(), files.Bucket(), opts.Region(), cmekpipe.KeyName{}),
		cloud.CreateDataset(ctx, table.Project()+"."+table.Dataset(), "EU", cmekpipe.KeyName{}),
	)
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
