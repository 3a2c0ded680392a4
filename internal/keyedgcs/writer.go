package keyedgcs

import (
	"context"
	"fmt"
	"hash/crc32"

	"cloud.google.com/go/storage"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/explain"
)

// Writer uploads one object. Nothing is visible before Close returns nil, and nothing ever is after Abort or after a
// Write that failed.
type Writer struct {
	store  *Store
	object cmekpipe.Object
	ctx    context.Context // of the caller, for what is done after the upload
	cancel context.CancelFunc
	upload *storage.Writer
	table  *crc32.Table

	size   int64
	crc    uint32
	attrs  *storage.ObjectAttrs
	err    error
	closed bool
}

// Create begins an upload, which replaces the object if there is one. An upload that fits in 16 MiB is sent in one
// request by Close; a larger one is sent in pieces of that size, each kept in memory until it has arrived.
func (s *Store) Create(ctx context.Context, o cmekpipe.Object, contentType string) *Writer {
	uploadCtx, cancel := context.WithCancel(ctx)
	upload := s.handle(o).NewWriter(uploadCtx)
	upload.KMSKeyName = o.Key().String()
	upload.ContentType = contentType
	upload.ChunkRetryDeadline = s.Patience
	upload.DisableAutoChecksum = true // Write computes the same one, and Close compares it
	// The table is shared by all callers of MakeTable.
	return &Writer{store: s, object: o, ctx: ctx, cancel: cancel, upload: upload, table: crc32.MakeTable(crc32.Castagnoli)}
}

// Write sends bytes. After an error nothing of the object will become visible.
func (w *Writer) Write(p []byte) (int, error) {
	if w.err != nil {
		return 0, w.err
	}
	n, err := w.upload.Write(p)
	w.crc = crc32.Update(w.crc, w.table, p[:n])
	w.size += int64(n)
	if err != nil {
		return n, w.fail(err)
	}
	return n, nil
}

// Close commits the object and proves that it rests under its key. A second Close returns what the first did.
func (w *Writer) Close() error {
	if w.closed || w.err != nil {
		return w.err
	}
	w.closed = true
	defer w.cancel()
	err := w.upload.Close()
	if err == nil {
		w.attrs = w.upload.Attrs()
	} else if w.attrs = w.arrived(err); w.attrs == nil {
		return w.fail(err)
	}
	if err := w.store.prove(w.ctx, w.object, w.attrs); err != nil {
		return w.fail(err)
	}
	if w.attrs.CRC32C != w.crc || w.attrs.Size != w.size {
		return w.fail(w.corrupted())
	}
	return nil
}

// Abort gives the upload up. After Close it does nothing, so it can be deferred.
func (w *Writer) Abort() {
	if !w.closed && w.err == nil {
		w.fail(context.Canceled) //nolint:errcheck // it is what Write and Close return from now on
	}
}

// Attrs returns what Cloud Storage said of the object. It is nil before Close succeeded.
func (w *Writer) Attrs() *storage.ObjectAttrs {
	if w.err != nil {
		return nil
	}
	return w.attrs
}

// fail cancels the upload, because closing it would commit what was sent so far.
func (w *Writer) fail(err error) error {
	if ctxErr := w.ctx.Err(); ctxErr != nil {
		err = ctxErr
	}
	w.err = w.store.explain(w.ctx, w.object, err)
	w.cancel()
	return w.err
}

// arrived looks for the object when the answer to the upload was lost, and returns it if it holds just what was sent.
func (w *Writer) arrived(err error) *storage.ObjectAttrs {
	if !storage.ShouldRetry(err) || w.ctx.Err() != nil {
		return nil
	}
	attrs, err := w.store.Stat(w.ctx, w.object)
	if err != nil || attrs.CRC32C != w.crc || attrs.Size != w.size || !Rests(w.object, attrs) {
		return nil
	}
	return attrs
}

// corrupted removes an object that holds other bytes than were sent.
func (w *Writer) corrupted() error {
	ctx, cancel := Cleanup(w.ctx)
	defer cancel()
	w.store.Remove(ctx, w.object, w.attrs.Generation) //nolint:errcheck // the failure that led here says more
	return &cmekpipe.Error{Op: w.store.Op, Code: cmekpipe.Corrupted, Resource: w.object.String(),
		Hint: explain.Remedy(explain.Case{Code: cmekpipe.Corrupted}),
		Err:  fmt.Errorf("got %d bytes with CRC32C %08x, want %d with %08x", w.attrs.Size, w.attrs.CRC32C, w.size, w.crc)}
}
