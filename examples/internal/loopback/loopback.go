// Package loopback sets the stage for an example: a loopback Google Cloud in this process with keys, buckets and input
// in it, all made through Google's own clients as on the real one.
package loopback

import (
	"context"
	"flag"
	"fmt"
	"os"
	"strings"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/location"
)

// Cloud is a running stage.
type Cloud struct {
	// Cloud is the loopback Google Cloud.
	*emulator.Cloud

	project string
	buckets map[string]bool // those that exist
	ready   int             // how much of the ledger is the stage's
}

// Options are the flags' if they name a key, else what a program writes whose key is known.
func Options() (*cmekpipe.Options, error) {
	if flag.Lookup("dataflow_kms_key").Value.String() != "" {
		return cmekpipe.FromFlags(flag.CommandLine)
	}
	key := cmekpipe.MustParseKey[location.USCentral1](
		"projects/bank-keys/locations/us-central1/keyRings/dataflow/cryptoKeys/pipelines")
	bucket := cmekpipe.MustParseBucket[location.USCentral1]("bank-work")
	return cmekpipe.For(key).Project("bank-prod").TempLocation(bucket.Path("tmp")).Build()
}

// Start starts a loopback cloud and points the emulator variables of this process at it, so that the pipeline's
// workers find it. The key of the options exists, and so do the buckets that they name.
func Start(ctx context.Context, opts *cmekpipe.Options) (*Cloud, error) {
	cloud, err := emulator.Start()
	if err != nil {
		return nil, err
	}
	c := &Cloud{Cloud: cloud, project: opts.Project(), buckets: make(map[string]bool)}
	for _, pair := range cloud.Environ() {
		name, value, _ := strings.Cut(pair, "=")
		if err := os.Setenv(name, value); err != nil {
			return nil, err
		}
	}
	if err := c.CreateKey(ctx, opts.Key()); err != nil {
		return nil, err
	}
	config := opts.Config()
	for _, place := range []string{config.TempLocation, config.StagingLocation} {
		bucket, _, _ := strings.Cut(strings.TrimPrefix(place, "gs://"), "/")
		if err := c.CreateBucket(ctx, bucket, opts.Region()); err != nil {
			return nil, fmt.Errorf("bucket %s: %w", bucket, err)
		}
	}
	return c, nil
}
