package shards

import (
	"errors"
	"strings"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// Options are the options that the writers of all formats share.
type Options struct {
	// NumShards is the number of shards if Numbered is set; otherwise the runner decides.
	NumShards int
	Numbered  bool
	// Suffix ends the name of each shard.
	Suffix string
	// Temp is the folder of the folders of temporary objects; the zero Object for the one that the destination is in.
	Temp    cmekpipe.Object
	HasTemp bool
}

// SetNumShards fixes the number of shards.
func (o *Options) SetNumShards(n int) { o.NumShards, o.Numbered = n, true }

// SetTemp sets the folder of temporary objects.
func (o *Options) SetTemp(folder cmekpipe.Object) { o.Temp, o.HasTemp = folder, true }

// checkTemp refuses the zero Object as the folder of temporary objects.
func (c Builder) checkTemp(o Options) {
	if o.HasTemp && !o.Temp.Valid() {
		panic(&cmekpipe.Error{Op: c.Op, Code: cmekpipe.KeyMissing, Resource: "folder of temporary objects",
			Hint: "create it from a key: key.Object(\"gs://BUCKET/FOLDER\")",
			Err:  errors.New("got the zero Object, want one created from a key")})
	}
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
