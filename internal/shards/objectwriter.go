package shards

import (
	"bufio"
	"context"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/keyedgcs"
)

// Format encodes elements to objects. Beam sends it to workers as JSON inside DoFns, so it is a struct of exported fields.
type Format[T any] interface {
	// ContentType returns the content type of the objects.
	ContentType() string
	// NewEncoder returns a new encoder.
	NewEncoder() (Encoder[T], error)
}

// Encoder encodes elements to one object after the other. After an error the object is not created. An error that is a
// [*cmekpipe.Error] without operation and resource gets those of the write. Errors must not contain data of an element.
type Encoder[T any] interface {
	// Begin starts an object, even if the one before was not finished. Begin, Write and End write its bytes to out.
	Begin(out *bufio.Writer) error
	// Write encodes an element.
	Write(element T) error
	// End writes the rest. It does not flush out.
	End() error
}

const bufferSize = 1 << 20

// objectWriter writes elements to one object after the other, with the same buffers.
type objectWriter[T any] struct {
	store       *keyedgcs.Store
	contentType string
	encoder     Encoder[T]
	out         *bufio.Writer // to the upload
	output      Output
	folder      string // id of the folder for this writer's temporary objects

	upload *keyedgcs.Writer // nil between objects
	object cmekpipe.Object
}

func newObjectWriter[T any](ctx context.Context, t Output, format Format[T]) (*objectWriter[T], error) {
	encoder, err := format.NewEncoder()
	if err != nil {
		return nil, t.complete(err)
	}
	store, err := keyedgcs.Open(ctx, t.Op)
	if err != nil {
		return nil, err
	}
	return &objectWriter[T]{
		store: store, contentType: format.ContentType(), encoder: encoder, out: bufio.NewWriterSize(nil, bufferSize), output: t,
		folder: keyedgcs.NewID(),
	}, nil
}

// close aborts an open upload and releases the client. On a nil writer it does nothing.
func (w *objectWriter[T]) close() error {
	if w == nil {
		return nil
	}
	w.abort()
	return w.store.Close()
}

func (w *objectWriter[T]) isOpen() bool { return w.upload != nil }

// open starts an object.
func (w *objectWriter[T]) open(ctx context.Context, o cmekpipe.Object) error {
	w.abort()
	w.upload, w.object = w.store.Create(ctx, o, w.contentType), o
	w.out.Reset(w.upload)
	return w.abortOn(w.encoder.Begin(w.out))
}

// write appends an element. After an error the object is not created.
func (w *objectWriter[T]) write(element T) error { return w.abortOn(w.encoder.Write(element)) }

// abortOn aborts the upload if err is not nil, and returns the error to report.
func (w *objectWriter[T]) abortOn(err error) error {
	if err == nil {
		return nil
	}
	w.abort()
	return w.output.complete(err)
}

// commit makes the object visible.
func (w *objectWriter[T]) commit() (*keyedgcs.Writer, error) {
	defer w.abort()
	if err := w.abortOn(w.encoder.End()); err != nil {
		return nil, err
	}
	if err := w.out.Flush(); err != nil {
		return nil, err
	}
	return w.upload, w.upload.Close()
}

// abort aborts the open upload, if any.
func (w *objectWriter[T]) abort() {
	if w.upload != nil {
		w.upload.Abort()
		w.upload = nil
	}
}

// writeAll writes one object that holds all elements.
func (w *objectWriter[T]) writeAll(ctx context.Context, o cmekpipe.Object, elements func(*T) bool) (*keyedgcs.Writer, error) {
	defer w.abort() // elements panics if reading fails
	if err := w.open(ctx, o); err != nil {
		return nil, err
	}
	var element T
	for elements(&element) {
		if err := w.write(element); err != nil {
			return nil, err
		}
	}
	return w.commit()
}
