package textio

import (
	"context"
	"crypto/rand"
	"strings"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/gcsfs"
	"github.com/cmekpipe/cmekpipe-go/internal/sink"
)

// part is a temporary object that is complete and rests under the key. Parts travel in Beam's row coder.
type part struct {
	// Shard is the number of the shard to become; 0 for all where the runner decides on shards.
	Shard int64
	// Name is the object's name in the bucket. No other attempt of any bundle has the same.
	Name string
	// Size and CRC32C are of its bytes.
	Size   int64
	CRC32C int64
}

// newPart names a temporary object for one attempt of a bundle or shard.
func newPart(prefix cmekpipe.Object, tempID string) (cmekpipe.Object, error) {
	return sibling(prefix, tempFolder(prefix, tempID)+strings.ToLower(rand.Text()))
}

func partOf(shard int, o cmekpipe.Object, w *gcsfs.Writer) part {
	attrs := w.Attrs()
	return part{Shard: int64(shard), Name: o.Name(), Size: attrs.Size, CRC32C: int64(attrs.CRC32C)}
}

// writeParts writes each bundle of lines to a temporary object.
func (w *sharded) writeParts(lines beam.PCollection) beam.PCollection {
	return beam.ParDo(w.scope, &bundleFn{Prefix: w.prefix, TempID: w.tempID, Gzip: w.gzip}, lines)
}

// bundleFn writes the lines of each bundle to a temporary object and emits it as a part, with a fixed key.
type bundleFn struct {
	Prefix cmekpipe.Object
	TempID string
	Gzip   bool

	out    *lineWriter
	object cmekpipe.Object
}

// Setup opens the client.
func (f *bundleFn) Setup(ctx context.Context) (err error) {
	f.out, err = newLineWriter(ctx, opSharded, f.Gzip)
	return err
}

// Teardown gives up what is open and releases the client.
func (f *bundleFn) Teardown() error { return f.out.close() }

// StartBundle gives up what a bundle that failed left open.
func (f *bundleFn) StartBundle(_ func(int, part)) { f.out.abort() }

// ProcessElement writes a line.
func (f *bundleFn) ProcessElement(ctx context.Context, line string, _ func(int, part)) error {
	if !f.out.isOpen() {
		object, err := newPart(f.Prefix, f.TempID)
		if err != nil {
			return err
		}
		f.object = object
		f.out.open(ctx, object)
	}
	return f.out.write(line)
}

// FinishBundle commits the bundle's object. It has no window to emit in but the global one, which is why only input in
// that window gets here.
func (f *bundleFn) FinishBundle(emit func(int, part)) error {
	if !f.out.isOpen() {
		return nil
	}
	written, err := f.out.commit()
	if err != nil {
		return err
	}
	emit(0, partOf(0, f.object, written))
	return nil
}

// CMEKDestination tells guard what rests where.
func (f *bundleFn) CMEKDestination() sink.Destination {
	return sink.Destination{Name: f.Prefix.String(), Key: f.Prefix.Key()}
}

// CMEKWholeInput tells guard that this is for the global window only.
func (f *bundleFn) CMEKWholeInput() sink.None { return sink.None{} }
