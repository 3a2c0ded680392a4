package shards

import (
	"path"

	"cloud.google.com/go/storage"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/keyedgcs"
)

// Part is a complete temporary object that is encrypted with the key. Beam encodes parts with its row coder.
type Part struct {
	// Shard is the number of the shard that it will become; 0 for all if the runner chooses the shards, -1 for the
	// witness.
	Shard int64
	// Name is the object's name in the bucket. It is unique to this attempt of the bundle.
	Name string
	// Generation is the object's generation.
	Generation int64
	// Size is its size in bytes.
	Size int64
	// CRC32C is its Castagnoli checksum.
	CRC32C int64
	// Final is the name that a pane's shard gets; "" in other writes.
	Final string
}

func partOf(shard int64, o cmekpipe.Object, w *keyedgcs.Writer) Part {
	attrs := w.Attrs()
	return Part{Shard: shard, Name: o.Name(), Generation: attrs.Generation, Size: attrs.Size, CRC32C: int64(attrs.CRC32C)}
}

// The metadata of a published object says which part it is a copy of and which attempt made the copy, so that an attempt
// can tell its own object from that of another attempt, and both from that of another run.
const (
	partLabel    = "cmekpipe-part"
	attemptLabel = "cmekpipe-attempt"
)

// id is unique among all parts of all runs, and the same in all attempts at publishing the part.
func (p Part) id() string { return path.Base(p.Name) }

// labels are what a copy of the part is created with.
func (p Part) labels(contentType, attempt string) *keyedgcs.Labels {
	return &keyedgcs.Labels{ContentType: contentType, Metadata: map[string]string{partLabel: p.id(), attemptLabel: attempt}}
}

// holds reports whether an object has the part's bytes and is encrypted with the key of o.
func (p Part) holds(o cmekpipe.Object, attrs *storage.ObjectAttrs) bool {
	return attrs.Size == p.Size && int64(attrs.CRC32C) == p.CRC32C && keyedgcs.Encrypted(o, attrs)
}
