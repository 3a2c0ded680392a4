package keyedgcs

import (
	"io"

	"cloud.google.com/go/storage"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// reader gives errors of a download their type.
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
