package textio

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

func collect(opts []WriteOption) writeOptions {
	var o writeOptions
	for _, opt := range opts {
		opt(&o)
	}
	return o
}
