package keyedgcs

import (
	"context"
	"io"
	"time"

	"cloud.google.com/go/storage"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/cmekgs"
)

func init() { filesystem.Register(cmekgs.Scheme, New) }

// FS is the Beam filesystem for names of package cmekgs. A copy rests under the key of its own name, whatever the key
// of the original is. Make one with [New].
type FS struct {
	store *Store
	err   error
}

var (
	_ filesystem.Interface          = (*FS)(nil)
	_ filesystem.LastModifiedGetter = (*FS)(nil)
	_ filesystem.Remover            = (*FS)(nil)
	_ filesystem.Copier             = (*FS)(nil)
	_ filesystem.Renamer            = (*FS)(nil)
)

// New returns the filesystem. Beam calls it when it meets the scheme "cmekgs". Without credentials there is no
// anonymous access: every method returns the error.
func New(ctx context.Context) filesystem.Interface {
	store, err := Open(ctx, "cmekgs")
	return &FS{store, err}
}

// Close releases the client.
func (f *FS) Close() error { return f.store.Close() }

// List returns the names that match a pattern, each with the pattern's key, in order; none is no error. The pattern
// stands for what Beam's gs:// patterns stand for: "*" and "?" stop at slashes, "**" does not. It stands for the
// object of just that name too, so that names with special characters can be read.
func (f *FS) List(ctx context.Context, pattern string) ([]string, error) {
	o, err := f.parse(pattern)
	if err != nil {
		return nil, err
	}
	g := newGlob(o.Name())
	var names []string
	for attrs, err := range f.store.List(ctx, o, g.prefix) {
		if err != nil {
			return nil, err
		}
		if g.expr == nil && attrs.Name != g.pattern {
			break // the name itself comes first of those that start with it
		}
		if !g.match(attrs.Name) {
			continue
		}
		match, err := o.Key().Object("gs://" + o.Bucket() + "/" + attrs.Name)
		if err != nil {
			return nil, err
		}
		names = append(names, cmekgs.Format(match))
	}
	return names, nil
}

// OpenRead opens an object for reading, whatever it rests under.
func (f *FS) OpenRead(ctx context.Context, name string) (io.ReadCloser, error) {
	o, err := f.parse(name)
	if err != nil {
		return nil, err
	}
	r, err := f.store.handle(o).NewReader(ctx)
	if err != nil {
		return nil, f.store.wrap(o, err)
	}
	return &reader{f.store, o, r}, nil
}

// OpenWrite begins an upload under the name's key. Beam's connectors are careless with what they get, so it is strict:
//
//   - Close panics with the error if there is one: Beam's avroio and parquetio drop the error of Close, so that a refused
//     upload would pass for a success. Beam turns a DoFn's panic into the failure of its bundle, with the error's text.
//   - A deferred Close commits nothing while its function panics.
//   - An Avro file is refused, and so is a Parquet file without its end: both connectors close the object in a defer after
//     a row has failed, which would show a part of the rows as all of them. Parquet files have an end that can be looked
//     for; any number of blocks is a whole Avro file.
func (f *FS) OpenWrite(ctx context.Context, name string) (io.WriteCloser, error) {
	o, err := f.parse(name)
	if err != nil {
		return nil, err
	}
	return &loudWriter{Writer: f.store.Create(ctx, o, "")}, nil
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

// Remove removes an object.
func (f *FS) Remove(ctx context.Context, name string) error {
	o, err := f.parse(name)
	if err != nil {
		return err
	}
	return f.store.Remove(ctx, o, 0)
}

// Copy copies an object. The copy rests under the key of newName.
func (f *FS) Copy(ctx context.Context, oldName, newName string) error {
	from, to, err := f.parseBoth(oldName, newName)
	if err != nil {
		return err
	}
	_, err = f.store.Copy(ctx, from, 0, to)
	return err
}

// Rename copies an object and removes the original. The copy rests under the key of newName.
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

// parse reads a name, unless there is no client to use it with.
func (f *FS) parse(name string) (cmekpipe.Object, error) {
	if f.err != nil {
		return cmekpipe.Object{}, f.err
	}
	return cmekgs.Parse(name)
}
