package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/location"
	"github.com/cmekpipe/cmekpipe-go/testdata"
)

// What the loopback cloud holds, and what the pipeline writes.
const (
	bookURL   = "gs://bank-in/opticks.txt"
	countsURL = "gs://bank-out/counts"
)

// runOnLoopback counts the words of a book in a loopback cloud and reports which key encrypts what.
func runOnLoopback(ctx context.Context, w io.Writer) error {
	opts, err := loopbackOptions()
	if err != nil {
		return err
	}
	cloud, err := emulator.Start()
	if err != nil {
		return err
	}
	defer cloud.Close()
	err = errors.Join(
		cloud.Setenv(), // so that the pipeline's workers find the cloud
		cloud.CreateJobResources(ctx, opts),
		cloud.CreateBucket(ctx, opts.Project(), "bank-in", opts.Region(), opts.Key()),
		cloud.CreateBucket(ctx, opts.Project(), "bank-out", opts.Region(), cmekpipe.KeyName{}), // the sink names its key itself
		cloud.WriteObject(ctx, bookURL, []byte(testdata.Opticks())),
	)
	if err != nil {
		return err
	}
	before := len(cloud.Ledger())
	if err := count(ctx, opts, bookURL, countsURL); err != nil {
		return err
	}
	fmt.Fprintln(w, "what the run created, and the key that encrypts it:")
	if err := emulator.WriteReport(w, cloud.Ledger()[before:]); err != nil {
		return err
	}
	lines, err := readLines(ctx, cloud, countsURL)
	if err != nil {
		return err
	}
	if err := showHead(w, lines); err != nil {
		return err
	}
	showRefused(w)
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
