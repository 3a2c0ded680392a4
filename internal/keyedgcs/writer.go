package keyedgcs

import (
	"context"
	"fmt"
	"hash/crc32"
	"runtime"

	"cloud.google.com/go/storage"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/explain"
)

// Writer uploads one object, for bytes that are made while they are sent. Nothing is visible before Close returns nil, nor
// after Abort or a failed Write.
type Writer struct {
	store  *Store
	object cmekpipe.Object
	ctx    context.Context // the caller's, for calls after the upload
	cancel context.CancelFunc
	upload *storage.Writer
	table  *crc32.Table

	size   int64
	crc    uint32
	attrs  *storage.ObjectAttrs
	err    error
	closed bool
}

// Create starts an upload that replaces the object if there is one. An upload of at most 16 MiB is sent in one request by
// Close; a larger one is sent in pieces of that size, each kept in memory until it has arrived.
func (s *Store) Create(ctx context.Context, o cmekpipe.Object, contentType string) *Writer {
	a := s.attempts()
	return s.begin(ctx, o, contentType, s.retrying(ctx, o, a), a)
}

// begin starts an upload through a handle whose retries a bounds.
func (s *Store) begin(ctx context.Context, o cmekpipe.Object, contentType string, h *storage.ObjectHandle, a *attempts) *Writer {
	uploadCtx, cancel := context.WithCancel(ctx)
	upload := h.NewWriter(uploadCtx)
	upload.KMSKeyName = o.Key().String()
	upload.ContentType = contentType
	upload.ChunkRetryDeadline = s.Retry.MaxElapsed
	upload.ProgressFunc = func(int64) { a.arrived() }
	upload.DisableAutoChecksum = true // Write computes the same one, and Close compares it
	// The table is shared by all callers of MakeTable.
	w := &Writer{store: s, object: o, ctx: ctx, cancel: cancel, upload: upload, table: crc32.MakeTable(crc32.Castagnoli)}
	// The DoFn of a failed bundle is dropped without a call of Abort or Close.
	runtime.AddCleanup(w, func(cancel context.CancelFunc) { cancel() }, cancel)
	return w
}

// Write sends bytes. After an error, nothing of the object will become visible.
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

// Close commits the object and verifies its key, size and checksum. If one is wrong the object is deleted, or the error says
// that it was not, as for [Store.Put]. A second Close returns what the first did.
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
	if err := w.store.verify(w.ctx, w.object, w.attrs); err != nil {
		return w.fail(err)
	}
	if w.attrs.CRC32C != w.crc || w.attrs.Size != w.size {
		return w.fail(w.corrupted())
	}
	return nil
}

// Abort cancels the upload. After Close it does nothing, so it can be deferred.
func (w *Writer) Abort() { w.AbortWith(context.Canceled) }

// AbortWith is [Writer.Abort] with an error, which Write and Close return from now on.
func (w *Writer) AbortWith(err error) {
	if !w.closed && w.err == nil {
		w.fail(err) //nolint:errcheck // Write and Close return it
	}
}

// Attrs returns the attributes of the object. It returns nil before Close has succeeded.
func (w *Writer) Attrs() *storage.ObjectAttrs {
	if w.err != nil {
		return nil
	}
	return w.attrs
}

// fail cancels the upload, because closing it would commit the bytes sent so far. If ctx has ended, the error of ctx replaces
// err, whatever err says.
func (w *Writer) fail(err error) error {
	if ctxErr := w.ctx.Err(); ctxErr != nil {
		err = ctxErr
	}
	w.err = w.store.explain(w.ctx, w.object, err)
	w.cancel()
	return w.err
}

// arrived returns the object if the answer to the upload was lost and the object holds exactly the bytes sent. A refusal may
// be the answer to a repeated upload: a retention policy or a hold protects what the first one created.
func (w *Writer) arrived(err error) *storage.ObjectAttrs {
	if !storage.ShouldRetry(err) && !IsRefusal(w.store.wrap(w.object, err)) || w.ctx.Err() != nil {
		return nil
	}
	attrs, err := w.store.Stat(w.ctx, w.object)
	if err != nil || attrs.CRC32C != w.crc || attrs.Size != w.size || !Encrypted(w.object, attrs) {
		return nil
	}
	return attrs
}

// corrupted deletes an object that holds other bytes than were sent, and returns the error.
func (w *Writer) corrupted() error {
	return w.store.discard(w.ctx, w.object, w.attrs.Generation, &cmekpipe.Error{
		Op: w.store.Op, Code: cmekpipe.Corrupted, Resource: w.object.String(), Hint: explain.Remedy(explain.Case{Code: cmekpipe.Corrupted}),
		Err: fmt.Errorf("got %d bytes with CRC32C %08x, want %d with %08x", w.attrs.Size, w.attrs.CRC32C, w.size, w.crc)})
}
