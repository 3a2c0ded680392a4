package main

import (
	"context"
	"flag"
	"fmt"
	"io"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/location"
	"github.com/cmekpipe/cmekpipe-go/examples/internal/loopback"
	"github.com/cmekpipe/cmekpipe-go/testdata"
)

// What the loopback cloud holds, and what the pipeline is to write.
const (
	bookURL   = "gs://bank-in/opticks.txt"
	countsURL = "gs://bank-out/counts"
)

// runOnLoopback counts the words of a book in a loopback cloud and reports what rests where.
func runOnLoopback(ctx context.Context, w io.Writer) error {
	opts, err := loopbackOptions()
	if err != nil {
		return err
	}
	cloud, err := loopback.Start(ctx, opts.Project(), opts.Key())
	if err != nil {
		return err
	}
	defer cloud.Close()
	if err := furnish(ctx, cloud, opts); err != nil {
		return err
	}
	before := len(cloud.Ledger())
	if err := count(ctx, opts, bookURL, countsURL); err != nil {
		return err
	}
	showCreated(w, cloud.Ledger()[before:])
	if err := showHead(ctx, w, cloud.Storage); err != nil {
		return err
	}
	showRefused(w)
	return nil
}

// loopbackOptions are the flags' if they name a key, else what a program writes whose key is known.
func loopbackOptions() (*cmekpipe.Options, error) {
	if flag.Lookup("dataflow_kms_key").Value.String() != "" {
		return cmekpipe.FromFlags(flag.CommandLine)
	}
	key := cmekpipe.MustParseKey[location.USCentral1](
		"projects/bank-keys/locations/us-central1/keyRings/dataflow/cryptoKeys/pipelines")
	bucket := cmekpipe.MustParseBucket[location.USCentral1]("bank-work")
	return cmekpipe.For(key).Project("bank-prod").TempLocation(bucket.Path("tmp")).Build()
}

// furnish makes the buckets, none with a default key, and puts the book into its place.
func furnish(ctx context.Context, cloud *loopback.Cloud, opts *cmekpipe.Options) error {
	config := opts.Config()
	made := make(map[string]bool)
	for _, url := range []string{bookURL, countsURL, config.TempLocation + "/x", config.StagingLocation + "/x"} {
		o, err := opts.Key().Object(url)
		if err != nil {
			return err
		}
		if made[o.Bucket()] {
			continue
		}
		made[o.Bucket()] = true
		if err := cloud.CreateBucket(ctx, o.Bucket(), opts.Region()); err != nil {
			return fmt.Errorf("bucket %s: %w", o.Bucket(), err)
		}
	}
	book, err := opts.Key().Object(bookURL)
	if err != nil {
		return err
	}
	return cloud.Put(ctx, book, testdata.Opticks())
}
