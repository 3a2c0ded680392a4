package textio

import (
	"context"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/sink"
)

// Write writes a PCollection<string> as the lines of one object under its key, in no particular order, each followed
// by a line break. One worker writes them all; [WriteSharded] uses many.
//
// The object appears, or replaces an older one, when it is complete. Empty input makes an empty object, so that a run
// that found nothing can be told from none. Of the options only [Gzip] applies.
//
// Write panics with a [*cmekpipe.Error] when the pipeline is built: for the zero Object (KeyMissing), for elements
// that are no strings (InvalidOptions), and for unbounded, windowed or triggered input, whose panes would overwrite
// each other (Unsupported).
func Write(s beam.Scope, object cmekpipe.Object, col beam.PCollection, opts ...WriteOption) {
	s = s.Scope(opWrite)
	must0(checkInput(opWrite, object, col))
	o := must(singleOptions(object, opts))
	impulse := beam.AddFixedKey(s, beam.Impulse(s))
	grouped := must(gather(s, impulse, beam.AddFixedKey(s, col), cmekpipe.Error{Op: opWrite, Resource: object.String(),
		Hint: "window it if it is unbounded, and use textio.WriteSharded with textio.NumShards(1)"}))
	beam.ParDo0(s, &writeFn{Object: object, Gzip: o.gzip}, grouped)
}

// writeFn writes all lines to one object.
type writeFn struct {
	Object cmekpipe.Object
	Gzip   bool

	out *lineWriter
}

// Setup opens the client.
func (f *writeFn) Setup(ctx context.Context) (err error) {
	f.out, err = newLineWriter(ctx, opWrite, f.Gzip)
	return err
}

// Teardown releases the client.
func (f *writeFn) Teardown() error { return f.out.close() }

// ProcessElement takes the only group there is.
func (f *writeFn) ProcessElement(ctx context.Context, _ int, _ func(*[]byte) bool, lines func(*string) bool) error {
	_, err := f.out.writeAll(ctx, f.Object, lines)
	return err
}

// CMEKDestination tells guard what rests where.
func (f *writeFn) CMEKDestination() sink.Destination {
	return sink.Destination{Name: f.Object.String(), Key: f.Object.Key()}
}

// CMEKWholeInput tells guard that a second window would overwrite the first.
func (f *writeFn) CMEKWholeInput() sink.None { return sink.None{} }

func must[T any](v T, err error) T {
	must0(err)
	return v
}

func must0(err error) {
	if err != nil {
		panic(err)
	}
}
