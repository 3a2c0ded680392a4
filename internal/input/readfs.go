package input

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem/gcs"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/keyedfs/gsurl"
)

const (
	scheme = "cmekread"
	prefix = scheme + "://"
	fsOp   = "textio.Read" // reads with Beam's textio
)

func init() {
	filesystem.Register(scheme, func(ctx context.Context) filesystem.Interface { return readFS{gcs.New(ctx)} })
}

// Name returns the name with which Beam's connectors read a file through this package. Names of other filesystems are
// returned unchanged.
func Name(name string) string {
	if path, ok := strings.CutPrefix(name, gsurl.Scheme); ok {
		return prefix + path
	}
	return name
}

// beams returns the name of the file in Beam's filesystem.
func beams(name string) string { return gsurl.Scheme + strings.TrimPrefix(name, prefix) }

// readFS is Beam's gs:// filesystem for the names of [Name]. Nothing can be written to it.
type readFS struct{ gs filesystem.Interface }

var _ filesystem.LastModifiedGetter = readFS{}

// Close releases the client.
func (f readFS) Close() error { return f.gs.Close() }

// List returns the names that match a pattern.
func (f readFS) List(ctx context.Context, pattern string) ([]string, error) {
	names, err := f.gs.List(ctx, beams(pattern))
	for i := range names {
		names[i] = Name(names[i])
	}
	return names, err
}

// OpenRead opens an object for reading.
func (f readFS) OpenRead(ctx context.Context, name string) (io.ReadCloser, error) {
	return open(ctx, f.gs, fsOp, beams(name))
}

// OpenWrite fails.
func (readFS) OpenWrite(_ context.Context, name string) (io.WriteCloser, error) {
	return nil, &cmekpipe.Error{Op: fsOp, Code: cmekpipe.Unsupported, Resource: beams(name),
		Hint: "write with textio.Write of this module, which names a key", Err: fmt.Errorf("got a write to scheme %q, which reads only", scheme)}
}

// Size returns an object's size in bytes.
func (f readFS) Size(ctx context.Context, name string) (int64, error) {
	return f.gs.Size(ctx, beams(name))
}

// LastModified returns when an object last changed.
func (f readFS) LastModified(ctx context.Context, name string) (time.Time, error) {
	return f.gs.(filesystem.LastModifiedGetter).LastModified(ctx, beams(name))
}

// replaced returns the error of an object that another one replaced during the read.
func replaced(op, plain string, got, want int64) error {
	return &cmekpipe.Error{Op: op, Code: cmekpipe.PreconditionFailed, Resource: plain,
		Hint: "run the pipeline when no program replaces its input", Err: fmt.Errorf("got generation %d after a broken download, want %d", got, want)}
}
