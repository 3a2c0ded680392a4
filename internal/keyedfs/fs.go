// Package keyedfs is a Beam filesystem whose file names carry a key, so that Beam's own textio, parquetio and fileio
// write objects that are encrypted with it:
//
//	cmekgs://PROJECT/LOCATION/KEY_RING/KEY/BUCKET/OBJECT
//
// Package cmekgs formats and parses these names. Importing this package registers the scheme with Beam. Package gsurl
// encodes names for Beam's own gs:// filesystem.
//
// # Errors
//
// Errors are those of package keyedgcs, with operation "cmekgs". A name that does not parse has code InvalidName.
//
// # Concurrency
//
// An [FS] may be used by many goroutines, a file by one.
package keyedfs

import (
	"context"
	"io"
	"time"

	"cloud.google.com/go/storage"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/keyedfs/cmekgs"
	"github.com/cmekpipe/cmekpipe-go/internal/keyedfs/gsurl"
	"github.com/cmekpipe/cmekpipe-go/internal/keyedgcs"
)

func init() { filesystem.Register(cmekgs.Scheme, New) }

// FS is the Beam filesystem for names of package cmekgs. A copy is encrypted with the key in its own name, whatever the
// key of the original is. Create one with [New].
type FS struct {
	store *keyedgcs.Store
	err   error
}

var (
	_ filesystem.Interface          = (*FS)(nil)
	_ filesystem.LastModifiedGetter = (*FS)(nil)
	_ filesystem.Remover            = (*FS)(nil)
	_ filesystem.Copier             = (*FS)(nil)
	_ filesystem.Renamer            = (*FS)(nil)
)

// New returns the filesystem. Beam calls it for names with the scheme "cmekgs". Without credentials every method returns
// the error: it never falls back to anonymous access.
func New(ctx context.Context) filesystem.Interface {
	store, err := keyedgcs.Open(ctx, cmekgs.Scheme)
	return &FS{store, err}
}

// Close releases the client.
func (f *FS) Close() error { return f.store.Close() }

// List returns the names that match a pattern, in order, each with the pattern's key. A pattern that matches nothing
// yields no names and no error. Patterns mean what they mean in Beam's gs:// filesystem: "*" and "?" match no slash, "**"
// does. A pattern also matches the object of exactly that name, so that names with special characters can be read.
func (f *FS) List(ctx context.Context, pattern string) ([]string, error) {
	o, err := f.parse(pattern)
	if err != nil {
		return nil, err
	}
	prefix, match := gsurl.Glob(o.Name())
	var names []string
	for attrs, err := range f.store.List(ctx, o, prefix) {
		if err != nil {
			return nil, err
		}
		if prefix == o.Name() && attrs.Name != prefix {
			break // without special characters only the prefix itself matches, and it sorts first
		}
		if !match(attrs.Name) {
			continue
		}
		found, err := o.Key().Object("gs://" + o.Bucket() + "/" + attrs.Name)
		if err != nil {
			return nil, err
		}
		names = append(names, cmekgs.Format(found))
	}
	return names, nil
}

// OpenRead opens an object for reading, whatever key it is encrypted with.
func (f *FS) OpenRead(ctx context.Context, name string) (io.ReadCloser, error) {
	o, err := f.parse(name)
	if err != nil {
		return nil, err
	}
	return f.store.NewReader(ctx, o)
}

// OpenWrite starts an upload that is encrypted with the name's key. Beam's connectors ignore errors of the file that they
// write to, so the file is strict:
//
//   - Close panics if it fails. Beam's avroio and parquetio drop the error of Close, so a refused upload would count as a
//     success. Beam turns a panic in a DoFn into a failed bundle with the error's text.
//   - A deferred Close commits nothing while its function panics.
//   - Avro files and incomplete Parquet files are refused. Both connectors close the file in a defer after a row has
//     failed, which would publish some of the rows as if they were all. A Parquet file ends in a footer that can be
//     checked; an Avro file is valid after any number of blocks.
func (f *FS) OpenWrite(ctx context.Context, name string) (io.WriteCloser, error) {
	o, err := f.parse(name)
	if err != nil {
		return nil, err
	}
	return &strictWriter{Writer: f.store.Create(ctx, o, ""), object: o}, nil
}

// Size returns an object's size in bytes.
func (f *FS) Size(ctx context.Context, name string) (int64, error) {
	attrs, err := f.stat(ctx, name)
	if err != nil {
		return -1, err
	}
	return attrs.Size, nil
}

// LastModified returns when an object or its metadata last changed.
func (f *FS) LastModified(ctx context.Context, name string) (time.Time, error) {
	attrs, err := f.stat(ctx, name)
	if err != nil {
		return time.Time{}, err
	}
	return attrs.Updated, nil
}

// Remove deletes the live generation of an object. One that is written in the meantime stays.
func (f *FS) Remove(ctx context.Context, name string) error {
	o, err := f.parse(name)
	if err != nil {
		return err
	}
	attrs, err := f.store.Stat(ctx, o)
	if err != nil {
		return err
	}
	return f.store.Remove(ctx, o, attrs.Generation)
}

// Copy copies an object. The copy is encrypted with the key in newName.
func (f *FS) Copy(ctx context.Context, oldName, newName string) error {
	from, to, err := f.parseBoth(oldName, newName)
	if err != nil {
		return err
	}
	_, err = f.store.Copy(ctx, from, 0, to)
	return err
}

// Rename copies an object and deletes the original. The copy is encrypted with the key in newName.
func (f *FS) Rename(ctx context.Context, oldName, newName string) error {
	from, to, err := f.parseBoth(oldName, newName)
	if err != nil {
		return err
	}
	return f.store.Move(ctx, from, to)
}

func (f *FS) stat(ctx context.Context, name string) (*storage.ObjectAttrs, error) {
	o, err := f.parse(name)
	if err != nil {
		return nil, err
	}
	return f.store.Stat(ctx, o)
}

func (f *FS) parseBoth(oldName, newName string) (from, to cmekpipe.Object, err error) {
	if from, err = f.parse(oldName); err != nil {
		return from, to, err
	}
	to, err = f.parse(newName)
	return from, to, err
}

// parse parses a name. It fails if the filesystem has no client.
func (f *FS) parse(name string) (cmekpipe.Object, error) {
	if f.err != nil {
		return cmekpipe.Object{}, f.err
	}
	return cmekgs.Parse(name)
}
