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
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem"
	"github.com/linkedin/goavro/v2"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/fileio"
	"github.com/cmekpipe/cmekpipe-go/internal/destination"
	"github.com/cmekpipe/cmekpipe-go/internal/keyedfs/gsurl"
)

// Read returns the rows of the Avro files that a pattern stands for, such as "gs://bank-records/in/*.avro", as a
// PCollection of t: JSON text if t is string, else what encoding/json makes of that text for t, a struct with JSON tags.
// The schema is the file's own. A pattern without a file gives no row and no error. Each file is read by one worker.
//
// A row that can't be read fails the bundle with a [*cmekpipe.Error], which does not show what the row holds; Beam's own
// reader logs it.
func Read(s beam.Scope, glob string, t reflect.Type) beam.PCollection {
	s = s.Scope("avroio.Read")
	filesystem.ValidateScheme(glob)
	matches := fileio.MatchAll(s, beam.Create(s, glob), fileio.MatchEmptyAllow())
	files := fileio.ReadMatches(s, matches, fileio.ReadUncompressed())
	return beam.ParDo(s, &readFn{Type: beam.EncodedType{T: t}}, files, beam.TypeDefinition{Var: beam.XType, T: t})
}

// readFn emits the rows of files.
type readFn struct {
	// Type is what a row becomes.
	Type beam.EncodedType
}

// CMEKHelper tells guard that nothing is stored.
func (*readFn) CMEKHelper() destination.None { return destination.None{} }

// ProcessElement reads a file.
func (f *readFn) ProcessElement(ctx context.Context, file fileio.ReadableFile, emit func(beam.X)) error {
	data, err := file.Open(ctx)
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
		return r.fault(fmt.Errorf("got a block behind row %d that is damaged or not whole", r.count))
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
		return nil, r.fault(fmt.Errorf("got a row %d that is not as the file's schema has it", r.count))
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

// fault is what is wrong with the file, unless it is that it could not be read. The library's own error may show what a
// row holds.
func (r *rows) fault(err error) error {
	if r.source.err != nil {
		return r.source.err
	}
	return &cmekpipe.Error{Op: "avroio.Read", Code: cmekpipe.Corrupted, Resource: r.path,
		Hint: "see whether the file is Avro and whole", Err: err}
}

func (r *rows) misfit(want string) error {
	return &cmekpipe.Error{Op: "avroio.Read", Code: cmekpipe.InvalidOptions, Resource: r.path,
		Hint: "read the rows as a type that holds all of them", Err: fmt.Errorf("got a row %d that can't become %s", r.count, want)}
}

// source keeps the error that ended reading, because the library makes text of it.
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
