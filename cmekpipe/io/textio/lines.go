package textio

import (
	"bufio"
	"compress/gzip"
	"context"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/gcsfs"
)

const bufferSize = 1 << 20

// lineWriter writes lines to one object after the other. Its buffers outlive the objects.
type lineWriter struct {
	store  *gcsfs.Store
	upload *gcsfs.Writer // nil between objects
	out    *bufio.Writer // to the upload

	zip   *gzip.Writer  // nil without compression
	plain *bufio.Writer // what lines are written to: out itself, or a buffer in front of zip
}

func newLineWriter(ctx context.Context, op string, zip bool) (*lineWriter, error) {
	store, err := gcsfs.Open(ctx, op)
	if err != nil {
		return nil, err
	}
	w := &lineWriter{store: store, out: bufio.NewWriterSize(nil, bufferSize)}
	w.plain = w.out
	if zip {
		w.zip = gzip.NewWriter(w.out)
		w.plain = bufio.NewWriterSize(w.zip, bufferSize/8)
	}
	return w, nil
}

// close gives up an open object and releases the client. A nil lineWriter closes well.
func (w *lineWriter) close() error {
	if w == nil {
		return nil
	}
	w.abort()
	return w.store.Close()
}

func (w *lineWriter) isOpen() bool { return w.upload != nil }

// open begins an object.
func (w *lineWriter) open(ctx context.Context, o cmekpipe.Object) {
	contentType := "text/plain; charset=utf-8"
	if w.zip != nil {
		contentType = "application/gzip"
	}
	w.abort()
	w.upload = w.store.Create(ctx, o, contentType)
	w.out.Reset(w.upload)
	if w.zip != nil {
		w.zip.Reset(w.out)
		w.plain.Reset(w.zip)
	}
}

// write appends a line and a line break. After an error the object will not come into being.
func (w *lineWriter) write(line string) error {
	if _, err := w.plain.WriteString(line); err != nil {
		w.abort()
		return err
	}
	if err := w.plain.WriteByte('\n'); err != nil {
		w.abort()
		return err
	}
	return nil
}

// commit makes the object visible.
func (w *lineWriter) commit() (*gcsfs.Writer, error) {
	defer w.abort()
	if err := w.plain.Flush(); err != nil {
		return nil, err
	}
	if w.zip != nil {
		if err := w.zip.Close(); err != nil {
			return nil, err
		}
	}
	if err := w.out.Flush(); err != nil {
		return nil, err
	}
	return w.upload, w.upload.Close()
}

// abort gives the open object up, if any.
func (w *lineWriter) abort() {
	if w.upload != nil {
		w.upload.Abort()
		w.upload = nil
	}
}

// writeAll writes one object that holds all lines.
func (w *lineWriter) writeAll(ctx context.Context, o cmekpipe.Object, lines func(*string) bool) (*gcsfs.Writer, error) {
	w.open(ctx, o)
	defer w.abort() // lines panics when it can't read on
	var line string
	for lines(&line) {
		if err := w.write(line); err != nil {
			return nil, err
		}
	}
	return w.commit()
}
