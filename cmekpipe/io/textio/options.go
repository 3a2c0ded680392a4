package textio

import (
	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/shards"
)

// WriteOption changes how [Write] and [WriteSharded] write.
type WriteOption func(*writeOptions)

type writeOptions struct {
	shards.Options
	gzip bool
}

// WithNumShards sets the number of shards of [WriteSharded], from 1 to 100,000, and adds a shuffle of the lines. Windowed,
// unbounded or triggered input requires it. Default: as many shards as the runner made bundles, without a shuffle.
func WithNumShards(n int) WriteOption {
	return func(o *writeOptions) { o.SetNumShards(n) }
}

// WithGzip compresses each object, and makes [WriteSharded] end its name in ".gz", so that [Read] decompresses it. Objects
// are stored as application/gzip, so that Cloud Storage serves them as they are. Default: no compression.
func WithGzip() WriteOption {
	return func(o *writeOptions) { o.gzip = true }
}

// WithSuffix sets how the name of each object of [WriteSharded] ends, such as ".txt". Default: none.
func WithSuffix(suffix string) WriteOption {
	return func(o *writeOptions) { o.Suffix = suffix }
}

// WithTempFolder keeps temporary objects in a folder, such as key.Object("gs://bank-work/tmp"), encrypted with its key. The
// folder may be in another bucket in the same location. Use it if the bucket of the destination has a retention policy, a
// default hold or a long lifecycle, because temporary objects are deleted at the end. Default: next to the destination.
func WithTempFolder(folder cmekpipe.Object) WriteOption {
	return func(o *writeOptions) { o.SetTemp(folder) }
}

func collect(opts []WriteOption) writeOptions {
	var o writeOptions
	for _, opt := range opts {
		opt(&o)
	}
	return o
}
