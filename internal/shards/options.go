package shards

import (
	"errors"
	"strings"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// Options are the options that the writers of all formats share.
type Options struct {
	// NumShards is the number of shards if Numbered is set; otherwise the runner decides.
	NumShards int
	Numbered  bool
	// Suffix ends the name of each shard.
	Suffix string
}

// SetNumShards fixes the number of shards.
func (o *Options) SetNumShards(n int) { o.NumShards, o.Numbered = n, true }

// WriteSharded checks the options and writes a collection to many objects.
func (o Options) WriteSharded(c Builder, s beam.Scope, col beam.PCollection, doFns func(Output) DoFns) {
	if o.Numbered {
		c.CheckShards(o.NumShards)
	}
	c.WriteSharded(s, col, o.NumShards, o.Suffix, doFns)
}

// checkName refuses a destination that ends in a slash, which would write objects whose names begin with "-", or an object
// that Cloud Storage's tools show as a folder.
func (c Builder) checkName() {
	if !strings.HasSuffix(c.Object.Name(), "/") {
		return
	}
	panic(&cmekpipe.Error{Op: c.Op, Code: cmekpipe.InvalidName, Resource: c.Object.String(),
		Hint: "add a name after the slash: key.Object(\"" + c.Object.String() + "part\")",
		Err:  errors.New("got a name that ends in a slash, want the name of an object or the prefix of several")})
}
