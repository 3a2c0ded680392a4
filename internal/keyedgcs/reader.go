package keyedgcs

import (
	"context"
	"io"

	"cloud.google.com/go/storage"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// NewReader opens an object for reading, whatever key it is encrypted with.
func (s *Store) NewReader(ctx context.Context, o cmekpipe.Object) (io.ReadCloser, error) {
	r, err := s.handle(ctx, o).NewReader(ctx)
	if err != nil {
		return nil, s.wrap(o, err)
	}
	return &reader{s, o, r}, nil
}

// reader returns errors of a download as typed errors.
type reader struct {
	store    *Store
	object   cmekpipe.Object
	download *storage.Reader
}

func (r *reader) Read(p []byte) (int, error) {
	n, err := r.download.Read(p)
	if err != nil && err != io.EOF {
		err = r.store.wrap(r.object, err)
	}
	return n, err
}

func (r *reader) Close() error { return r.download.Close() }
