package input

import (
	"context"
	"errors"
	"io"

	"cloud.google.com/go/storage"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/clients/storageclient"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
	"github.com/cmekpipe/cmekpipe-go/internal/keyedfs/gsurl"
	"github.com/cmekpipe/cmekpipe-go/internal/keyedgcs"
)

// Open opens a file by the name that Beam's filesystem expects. Files that are not gs:// objects are read as Beam reads them.
func Open(ctx context.Context, op, name string) (io.ReadCloser, error) {
	fs, err := filesystem.New(ctx, name)
	if err != nil {
		return nil, err
	}
	data, err := open(ctx, fs, op, name)
	if err != nil {
		return nil, errors.Join(err, fs.Close())
	}
	return &file{data, fs}, nil
}

// file closes its filesystem as well.
type file struct {
	io.ReadCloser
	fs filesystem.Interface
}

// Close ends the download.
func (f *file) Close() error { return errors.Join(f.ReadCloser.Close(), f.fs.Close()) }

// open opens a file of Beam's filesystem.
func open(ctx context.Context, fs filesystem.Interface, op, name string) (io.ReadCloser, error) {
	data, err := fs.OpenRead(ctx, name)
	if bucket, _ := gsurl.Split(name); bucket == "" {
		return data, err
	}
	plain := gsurl.Decode(name)
	if err != nil {
		return nil, gcperr.Wrap(op, plain, cmekpipe.KeyName{}, storageclient.WithStatus(err))
	}
	download, ok := data.(*storage.Reader)
	if !ok {
		return data, nil
	}
	generation := download.Attrs.Generation
	return keyedgcs.Continued(ctx, op, plain, download, func(offset int64) (*storage.Reader, error) {
		data, err := fs.OpenRead(ctx, name)
		if err != nil {
			return nil, err
		}
		return skip(data.(*storage.Reader), generation, offset, op, plain)
	}), nil
}

// skip reads up to an offset, because Beam's filesystem opens objects at their beginning only.
func skip(download *storage.Reader, generation, offset int64, op, plain string) (*storage.Reader, error) {
	err := error(nil)
	if got := download.Attrs.Generation; got != generation {
		err = replaced(op, plain, got, generation)
	} else {
		_, err = io.CopyN(io.Discard, download, offset)
	}
	if err != nil {
		download.Close() //nolint:errcheck // it is not used
		return nil, err
	}
	return download, nil
}
