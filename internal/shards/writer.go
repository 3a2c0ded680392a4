package shards

import (
	"bufio"
	"context"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/keyedgcs"
)

const bufferSize = 1 << 20

// writer writes elements to one object after the other. Its buffers outlive the objects.
type writer[T any] struct {
	store       *keyedgcs.Store
	contentType string
	encoder     Encoder[T]
	out         *bufio.Writer // to the upload
	target      Target
	folder      string // id of the folder of this writer's temporary objects, and of no other's

	upload *keyedgcs.Writer // nil between objects
	object cmekpipe.Object
}

func newWriter[T any](ctx context.Context, t Target, format Format[T]) (*writer[T], error) {
	encoder, err := format.NewEncoder()
	if err != nil {
		return nil, t.complete(err)
	}
	store, err := keyedgcs.Open(ctx, t.Op)
	if err != nil {
		return nil, err
	}
	return &writer[T]{
		store: store, contentType: format.ContentType(), encoder: encoder, out: bufio.NewWriterSize(nil, bufferSize), target: t,
		folder: keyedgcs.NewID(),
	}, nil
}

// close gives up an open object and releases the client. A nil writer closes well.
func (w *writer[T]) close() error {
	if w == nil {
		return nil
	}
	w.abort()
	return w.store.Close()
}

func (w *writer[T]) isOpen() bool { return w.upload != nil }

// open begins an object.
func (w *writer[T]) open(ctx context.Context, o cmekpipe.Object) error {
	w.abort()
	w.upload, w.object = w.store.Create(ctx, o, w.contentType), o
	w.out.Reset(w.upload)
	return w.kept(w.encoder.Begin(w.out))
}

// write appends an element. After an error the object will not come into being.
func (w *writer[T]) write(element T) error { return w.kept(w.encoder.Write(element)) }

// kept gives the object up after an error.
func (w *writer[T]) kept(err error) error {
	if err == nil {
		return nil
	}
	w.abort()
	return w.target.complete(err)
}

// commit makes the object visible.
func (w *writer[T]) commit() (*keyedgcs.Writer, error) {
	defer w.abort()
	if err := w.kept(w.encoder.End()); err != nil {
		return nil, err
	}
	if err := w.out.Flush(); err != nil {
		return nil, err
	}
	return w.upload, w.upload.Close()
}

// abort gives the open object up, if any.
func (w *writer[T]) abort() {
	if w.upload != nil {
		w.upload.Abort()
		w.upload = nil
	}
}

// writeAll writes one object that holds all elements.
func (w *writer[T]) writeAll(ctx context.Context, o cmekpipe.Object, elements func(*T) bool) (*keyedgcs.Writer, error) {
	defer w.abort() // elements panics when it can't read on
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
