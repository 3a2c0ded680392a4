package parquetio

import (
	"context"
	"errors"
	"io"
	"reflect"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/fileio"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/destination"
	"github.com/cmekpipe/cmekpipe-go/internal/input"
	"github.com/cmekpipe/cmekpipe-go/internal/keyedfs/gsurl"
)

const readOp = "parquetio.Read"

// ReadOption changes how [Read] reads.
type ReadOption func(*readOptions)

type readOptions struct {
	empty input.Empty // what happens if the pattern matches nothing
}

// MatchEmptyDisallow fails the job if the pattern matches no file, so that a misspelt input is not read as an empty one.
// Default: a pattern that matches no file yields no rows.
func MatchEmptyDisallow() ReadOption {
	return func(o *readOptions) { o.empty = input.EmptyRefused }
}

// Read returns the rows of the Parquet files that match a pattern, such as "gs://bank-records/in/*.parquet" or a local
// path, as a PCollection of t, a struct with parquet tags. Every field needs a column; a file may have further columns. A
// pattern that matches no file yields an empty collection; see [MatchEmptyDisallow]. One worker reads a file, into memory.
//
// A file that can't be read to its end, or whose columns do not match t, fails the bundle with a [*cmekpipe.Error], which
// does not contain rows. Beam's own reader skips the rows after damage, and misreads nullable columns whose fields are not
// pointers.
//
// Read panics with a [*cmekpipe.Error] when the pipeline is built: for a t that is not a struct with tags or that the
// library can't read (InvalidOptions), for an empty pattern or a malformed gs:// URL (InvalidName), and for a scheme
// without a filesystem in the program (Unsupported).
func Read(s beam.Scope, glob string, t reflect.Type, opts ...ReadOption) beam.PCollection {
	input.MustBeValid(readOp, glob)
	s = s.Scope(readOp)
	o := readOptions{empty: input.EmptyAllowed}
	for _, opt := range opts {
		opt(&o)
	}
	if err := checkReadable(t); err != nil {
		got, hint := reason(err)
		panic(&cmekpipe.Error{Op: readOp, Code: cmekpipe.InvalidOptions, Resource: glob, Hint: hint, Err: errors.New(got)})
	}
	matches := input.FindAll(s, readOp, beam.Create(s, glob), o.empty)
	files := fileio.ReadMatches(s, matches, fileio.ReadUncompressed())
	return beam.ParDo(s, &readFn{Type: beam.EncodedType{T: t}}, files, beam.TypeDefinition{Var: beam.XType, T: t})
}

// readFn emits the rows of files.
type readFn struct {
	// Type is that of rows.
	Type beam.EncodedType

	shape *shape
}

// CMEKHelper tells guard that nothing is stored.
func (*readFn) CMEKHelper() destination.None { return destination.None{} }

// CMEKReads tells guard that the transform reads from outside the pipeline.
func (*readFn) CMEKReads() destination.None { return destination.None{} }

// Setup reads the tags.
func (f *readFn) Setup() (err error) {
	f.shape, err = newShape(f.Type.T)
	return err
}

// ProcessElement reads a file.
func (f *readFn) ProcessElement(ctx context.Context, file fileio.ReadableFile, emit func(beam.X)) error {
	download, err := input.Open(ctx, readOp, file.Metadata.Path)
	if err != nil {
		return err
	}
	defer download.Close()
	data, err := io.ReadAll(download)
	if err != nil {
		return err
	}
	if err := f.shape.read(data, func(row any) { emit(row) }); err != nil {
		if e, ok := errors.AsType[*cmekpipe.Error](err); ok {
			e.Op, e.Resource = readOp, gsurl.Decode(file.Metadata.Path)
		}
		return err
	}
	return nil
}
