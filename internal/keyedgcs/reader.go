package keyedgcs

import (
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"io"

	"cloud.google.com/go/storage"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/explain"
	"github.com/cmekpipe/cmekpipe-go/internal/clients/storageclient"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
	"github.com/cmekpipe/cmekpipe-go/internal/retry"
)

// NewReader opens an object for reading, whatever key it is encrypted with. A download that breaks is continued where it
// broke, from the same generation, for as long as the Store's policy allows without progress.
func (s *Store) NewReader(ctx context.Context, o cmekpipe.Object) (io.ReadCloser, error) {
	download, err := s.handle(ctx, o).NewReader(ctx)
	if err != nil {
		return nil, s.wrap(o, err)
	}
	r := newReader(ctx, s.Retry, download)
	r.op, r.object = s.Op, o.String()
	r.wrap = func(err error) error { return s.wrap(o, err) }
	r.open = func(offset int64) (*storage.Reader, error) {
		return s.handle(ctx, o).Generation(r.attrs.Generation).NewRangeReader(ctx, offset, -1)
	}
	return r, nil
}

// Continued returns a reader that continues a download as [Store.NewReader] does, for an object that another package opened.
// Errors have the operation op and the resource object. The function open returns a download of the same generation that
// begins at an offset.
func Continued(ctx context.Context, op, object string, download *storage.Reader, open func(offset int64) (*storage.Reader, error)) io.ReadCloser {
	r := newReader(ctx, workerPolicy(), download)
	r.op, r.object, r.open = op, object, open
	r.wrap = func(err error) error {
		return gcperr.Wrap(op, object, cmekpipe.KeyName{}, storageclient.WithStatus(err))
	}
	return r
}

// reader continues a broken download, and returns errors as typed errors.
type reader struct {
	ctx      context.Context
	op       string
	object   string // in errors
	wrap     func(error) error
	open     func(offset int64) (*storage.Reader, error)
	download *storage.Reader
	attrs    storage.ReaderObjectAttrs // of the whole object
	attempts *retry.Attempts           // without progress
	table    *crc32.Table

	read    int64
	crc     uint32
	broken  error // ends the download at read
	resumed bool
}

func newReader(ctx context.Context, p retry.Policy, download *storage.Reader) *reader {
	return &reader{ctx: ctx, download: download, attrs: download.Attrs, attempts: p.Start(), table: crc32.MakeTable(crc32.Castagnoli)}
}

// Read returns bytes, and continues the download if it broke.
func (r *reader) Read(p []byte) (int, error) {
	for len(p) > 0 {
		if r.broken != nil {
			if err := r.resume(); err != nil {
				return 0, err
			}
		}
		n, err := r.download.Read(p)
		r.read += int64(n)
		r.crc = crc32.Update(r.crc, r.table, p[:n])
		switch {
		case err == io.EOF:
			return n, r.end()
		case err != nil:
			r.broken = err
		}
		if n > 0 {
			r.attempts.Reset()
			return n, nil
		}
		if err == nil {
			return 0, nil
		}
	}
	return 0, nil
}

// end checks a download that was continued, as the storage client does for others.
func (r *reader) end() error {
	if r.resumed && (r.read != r.attrs.Size || r.crc != r.attrs.CRC32C) {
		return r.corrupted()
	}
	return io.EOF
}

// resume opens the download again where it broke, after the storage client has given up.
func (r *reader) resume() error {
	r.download.Close() //nolint:errcheck // it is broken
	switch {
	case r.ctx.Err() != nil:
		return r.ctx.Err()
	case r.attrs.Decompressed: // only Cloud Storage knows where it broke
		return r.cut()
	case r.read >= r.attrs.Size: // the client found a wrong checksum at the end
		return r.corrupted()
	}
	for r.attempts.Again(r.ctx, io.ErrUnexpectedEOF) {
		download, err := r.open(r.read)
		if err == nil {
			r.download, r.broken, r.resumed = download, nil, true
			return nil
		}
		r.broken = err
		if code := codeOf(r.wrap(err)); code != cmekpipe.Internal && code != cmekpipe.Unavailable {
			break
		}
	}
	return r.cut()
}

// cut returns the error of a download that can't be continued.
func (r *reader) cut() error {
	wrapped := r.wrap(r.broken)
	if code := codeOf(wrapped); r.ctx.Err() != nil || code != cmekpipe.Internal && code != cmekpipe.Unavailable {
		return wrapped
	}
	return &cmekpipe.Error{Op: r.op, Code: cmekpipe.Unavailable, Resource: r.object,
		Hint: explain.Remedy(explain.Case{Code: cmekpipe.Unavailable, Resource: r.object}),
		Err:  fmt.Errorf("got a download that broke off after %d of %d bytes: %w", r.read, r.attrs.Size, r.broken)}
}

func (r *reader) corrupted() error {
	return &cmekpipe.Error{Op: r.op, Code: cmekpipe.Corrupted, Resource: r.object,
		Hint: explain.Remedy(explain.Case{Code: cmekpipe.Corrupted}),
		Err:  fmt.Errorf("got %d bytes with CRC32C %08x, want %d with %08x", r.read, r.crc, r.attrs.Size, r.attrs.CRC32C)}
}

// Close ends the download.
func (r *reader) Close() error { return r.download.Close() }

func codeOf(err error) cmekpipe.Code {
	if e, ok := errors.AsType[*cmekpipe.Error](err); ok {
		return e.Code
	}
	return ""
}
