package parquetio

import (
	"context"
	"errors"
	"reflect"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem"
	_ "github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem/gcs" // so that gs:// can be read

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/fileio"
	"github.com/cmekpipe/cmekpipe-go/internal/destination"
	"github.com/cmekpipe/cmekpipe-go/internal/keyedfs/gsurl"
)

const readOp = "parquetio.Read"

// Read returns the rows of the Parquet files that a pattern stands for, such as "gs://bank-records/in/*.parquet", as a
// PCollection of t, a struct with parquet tags. A file may have columns that t has no field for, but not the other way
// round. A pattern without a file gives no row and no error. Each file is read by one worker, into its memory.
//
// A file that can't be read to its end, or whose columns are not as t says, fails the bundle with a [*cmekpipe.Error],
// which does not show what rows hold. Beam's own reader leaves out the rows behind damage, and reads columns that may be
// null as something else if their fields are no pointers.
//
// Read panics with a [*cmekpipe.Error] when the pipeline is built: for a t that is no struct with tags, or that the
// library can't read.
func Read(s beam.Scope, glob string, t reflect.Type) beam.PCollection {
	s = s.Scope(readOp)
	filesystem.ValidateScheme(glob)
	if err := checkReadable(t); err != nil {
		got, hint := reason(err)
		panic(&cmekpipe.Error{Op: readOp, Code: cmekpipe.InvalidOptions, Resource: glob, Hint: hint, Err: errors.New(got)})
	}
	matches := fileio.MatchAll(s, beam.Create(s, glob), fileio.MatchEmptyAllow())
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

// Setup reads the tags.
func (f *readFn) Setup() (err error) {
	f.shape, err = newShape(f.Type.T)
	return err
}

// ProcessElement reads a file.
func (f *readFn) ProcessElement(ctx context.Context, file fileio.ReadableFile, emit func(beam.X)) error {
	data, err := file.Read(ctx)
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
