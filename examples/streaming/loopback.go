package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"

	"cloud.google.com/go/pubsub/v2/apiv1/pubsubpb"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/location"
)

// runOnLoopback publishes some payments in a loopback cloud, reads them and reports which key encrypts what.
func runOnLoopback(ctx context.Context, set settings) error {
	opts, err := loopbackOptions()
	if err != nil {
		return err
	}
	cloud, err := emulator.Start()
	if err != nil {
		return err
	}
	defer cloud.Close()
	payments := []*pubsubpb.PubsubMessage{
		{Data: []byte(`{"branch": "Bonn", "cents": 1250}`)},
		{Data: []byte(`{"branch": "Oslo", "cents": 300}`)},
		{Data: []byte(`{"branch": "Bonn", "cents": -50}`)},
	}
	const files, topic, table = "gs://bank-archive/payments", "projects/bank-prod/topics/payments", "bank-prod.ledger.totals"
	err = errors.Join(
		cloud.Setenv(), // so that the pipeline's workers find the cloud
		cloud.CreateJobResources(ctx, opts),
		cloud.CreateBucket(ctx, opts.Project(), "bank-archive", opts.Region(), cmekpipe.KeyName{}), // the sinks name their key
		cloud.CreateDataset(ctx, "bank-prod.ledger", opts.Region(), cmekpipe.KeyName{}),
		cloud.CreateTopic(ctx, topic, opts.Key()),
		cloud.PublishMessages(ctx, topic, payments...),
	)
	if err != nil {
		return err
	}
	onDataflow := opts.Config().Runner == "dataflow"
	if !onDataflow {
		set.messages = int64(len(payments))
	}
	before := len(cloud.Ledger())
	if err := stream(ctx, opts, set); err != nil {
		return err
	}
	fmt.Println("what the run created, and the key that encrypts it:")
	if err := emulator.WriteReport(os.Stdout, cloud.Ledger()[before:]); err != nil || onDataflow {
		return err // a job on the loopback Dataflow only goes through its states
	}
	return show(ctx, cloud, files, table)
}

// show prints what the run wrote.
func show(ctx context.Context, cloud *emulator.Cloud, files, table string) error {
	lines, err := readLines(ctx, cloud, files)
	if err != nil {
		return err
	}
	rows, err := cloud.ReadRows(ctx, table)
	if err != nil {
		return err
	}
	fmt.Println("\nin the files:")
	for _, line := range lines {
		fmt.Println(" ", line)
	}
	fmt.Println("\nin the table: until, branch, cents")
	for _, row := range rows {
		fmt.Println(" ", row["until"], row["branch"], row["cents"])
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

// readLines returns the lines of all objects whose names begin with the prefix.
func readLines(ctx context.Context, cloud *emulator.Cloud, prefix string) ([]string, error) {
	objects, err := cloud.ListObjects(ctx, prefix)
	if err != nil {
		return nil, err
	}
	var lines []string
	for _, url := range objects {
		text, err := cloud.ReadObject(ctx, url)
		if err != nil {
			return nil, err
		}
		lines = append(lines, strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")...)
	}
	return lines, nil
}
