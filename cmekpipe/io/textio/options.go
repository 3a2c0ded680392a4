package textio

import (
	"errors"
	"strconv"
	"strings"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// WriteOption changes how [Write] and [WriteSharded] write.
type WriteOption func(*writeOptions)

type writeOptions struct {
	shards    int
	numShards bool
	suffix    string
	gzip      bool
}

// NumShards makes [WriteSharded] write n shards, from 1 to 100,000, which takes a shuffle of the lines. Input that is
// windowed, unbounded or triggered needs it. Default: as many shards as the runner made bundles, without a shuffle.
func NumShards(n int) WriteOption {
	return func(o *writeOptions) { o.shards, o.numShards = n, true }
}

// Gzip compresses each object, and makes [WriteSharded] end its name in ".gz", so that [Read] knows. Objects are stored
// as application/gzip, so Cloud Storage hands them out as they are. Default: no compression.
func Gzip() WriteOption {
	return func(o *writeOptions) { o.gzip = true }
}

// Suffix puts text such as ".txt" behind the shard's number in each name of [WriteSharded]. Default: none.
func Suffix(suffix string) WriteOption {
	return func(o *writeOptions) { o.suffix = suffix }
}

const maxShards = 100_000

func shardedOptions(prefix cmekpipe.Object, opts []WriteOption) (writeOptions, error) {
	o := collect(opts)
	if o.numShards && (o.shards < 1 || o.shards > maxShards) {
		return o, invalid(opSharded, prefix, "got NumShards("+strconv.Itoa(o.shards)+")",
			"use a number from 1 to "+strconv.Itoa(maxShards))
	}
	if o.gzip && !strings.HasSuffix(o.suffix, ".gz") {
		o.suffix += ".gz"
	}
	return o, nil
}

func singleOptions(object cmekpipe.Object, opts []WriteOption) (writeOptions, error) {
	o := collect(opts)
	if o.numShards || o.suffix != "" {
		return o, invalid(opWrite, object, "got NumShards or Suffix for one object", "use textio.WriteSharded")
	}
	return o, nil
}

func collect(opts []WriteOption) writeOptions {
	var o writeOptions
	for _, opt := range opts {
		opt(&o)
	}
	return o
}

func invalid(op string, o cmekpipe.Object, got, hint string) *cmekpipe.Error {
	return &cmekpipe.Error{Op: op, Code: cmekpipe.InvalidOptions, Resource: o.String(), Hint: hint, Err: errors.New(got)}
}
