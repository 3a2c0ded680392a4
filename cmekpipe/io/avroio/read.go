package avroio

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/fileio"
	"github.com/linkedin/goavro/v2"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/destination"
	"github.com/cmekpipe/cmekpipe-go/internal/input"
	"github.com/cmekpipe/cmekpipe-go/internal/keyedfs/gsurl"
)

const readOp = "avroio.Read"

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

// Read returns the rows of the Avro files that match a pattern, such as "gs://bank-records/in/*.avro" or a local path, as a
// PCollection of t. If t is string, rows are JSON text; otherwise encoding/json decodes that text into t, a struct with
// JSON tags. The schema is the file's own. A pattern that matches no file yields an empty collection; see
// [MatchEmptyDisallow]. One worker reads a file.
//
// A row that can't be read fails the bundle with a [*cmekpipe.Error], which does not contain the row; Beam's own reader
// logs it.
//
// Read panics with a [*cmekpipe.Error] when the pipeline is built: for an empty pattern or a malformed gs:// URL
// (InvalidName), and for a scheme without a filesystem in the program (Unsupported).
func Read(s beam.Scope, glob string, t reflect.Type, opts ...ReadOption) beam.PCollection {
	input.MustBeValid(readOp, glob)
	s = s.Scope(readOp)
	o := readOptions{empty: input.EmptyAllowed}
	for _, opt := range opts {
		opt(&o)
	}
	matches := input.FindAll(s, readOp, beam.Create(s, glob), o.empty)
	files := fileio.ReadMatches(s, matches, fileio.ReadUncompressed())
	return beam.ParDo(s, &readFn{Type: beam.EncodedType{T: t}}, files, beam.TypeDefinition{Var: beam.XType, T: t})
}

// readFn emits the rows of files.
type readFn struct {
	// Type is the type of the rows.
	Type beam.EncodedType
}

// CMEKHelper tells guard that nothing is stored.
func (*readFn) CMEKHelper() destination.None { return destination.None{} }

// CMEKReads tells guard that the transform reads from outside the pipeline.
func (*readFn) CMEKReads() destination.None { return destination.None{} }

// ProcessElement reads a file.
func (f *readFn) ProcessElement(ctx context.Context, file fileio.ReadableFile, emit func(beam.X)) error {
	data, err := input.Open(ctx, readOp, file.Metadata.Path)
	if err != nil {
		return err
	}
	defer data.Close()
	r := &rows{path: gsurl.Decode(file.Metadata.Path), source: &source{Reader: data}}
	if r.file, err = goavro.NewOCFReader(bufio.NewReaderSize(r.source, 1<<20)); err != nil {
		return r.fault(errors.New("got no header of an Avro file"))
	}
	for r.file.Scan() {
		r.count++
		row, err := r.next(f.Type.T)
		if err != nil {
			return err
		}
		emit(row)
	}
	if r.file.Err() != nil {
		return r.fault(fmt.Errorf("got a damaged or truncated block behind row %d", r.count))
	}
	return nil
}

// rows are those of one file.
type rows struct {
	path   string
	source *source
	file   *goavro.OCFReader
	count  int
}

// next returns the next row as a t.
func (r *rows) next(t reflect.Type) (any, error) {
	native, err := r.file.Read()
	if err != nil {
		return nil, r.fault(fmt.Errorf("got a row %d that does not match the file's schema", r.count))
	}
	text, err := json.Marshal(native)
	if err != nil {
		return nil, r.misfit("JSON")
	}
	if t.Kind() == reflect.String {
		return reflect.ValueOf(string(text)).Convert(t).Interface(), nil
	}
	row := reflect.New(t)
	if err := json.Unmarshal(text, row.Interface()); err != nil {
		return nil, r.misfit(t.String())
	}
	return row.Elem().Interface(), nil
}

// fault returns the error of a damaged file, or the error that ended reading. The library's own error may quote a row.
func (r *rows) fault(err error) error {
	if r.source.err != nil {
		return r.source.err
	}
	return &cmekpipe.Error{Op: readOp, Code: cmekpipe.Corrupted, Resource: r.path,
		Hint: "check that the file is a complete Avro object container file", Err: err}
}

func (r *rows) misfit(want string) error {
	return &cmekpipe.Error{Op: readOp, Code: cmekpipe.InvalidOptions, Resource: r.path,
		Hint: "read the rows as a type that can hold all of them", Err: fmt.Errorf("got a row %d that can't become %s", r.count, want)}
}

// source keeps the error that ended reading, which the library turns into text.
type source struct {
	io.Reader
	err error
}

func (s *source) Read(p []byte) (int, error) {
	n, err := s.Reader.Read(p)
	if err != nil && err != io.EOF {
		s.err = err
	}
	return n, err
}
