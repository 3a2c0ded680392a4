package textio

import (
	"bufio"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"strings"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/fileio"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/destination"
	"github.com/cmekpipe/cmekpipe-go/internal/input"
	"github.com/cmekpipe/cmekpipe-go/internal/keyedfs/gsurl"
)

// wholeFile is a file that is read by one worker from its beginning. All compressed files are: Beam's reader counts
// the bytes of the lines that it reads and stops at the size of the compressed file, and so loses the other lines.
type wholeFile struct {
	Path string
	Gzip bool
}

func newWholeFile(path string, mode compression) wholeFile {
	return wholeFile{path, mode == always || mode == byName && strings.HasSuffix(path, ".gz")}
}

// sortFn separates files that one worker reads from the names of others. A file whose name looks like a pattern or an
// escaped name is read by one worker as well, because Beam matches names once more.
type sortFn struct{ Mode compression }

// ProcessElement sorts a file.
func (f *sortFn) ProcessElement(file fileio.FileMetadata, whole func(wholeFile), plain func(string)) {
	w := newWholeFile(file.Path, f.Mode)
	if w.Gzip || strings.ContainsAny(w.Path, `*?[\%`) {
		whole(w)
		return
	}
	plain(input.Name(w.Path))
}

// CMEKHelper tells guard that nothing is stored.
func (f *sortFn) CMEKHelper() destination.None { return destination.None{} }

// wholeFilesFn emits every file for reading by one worker.
type wholeFilesFn struct{ Mode compression }

// ProcessElement emits a file.
func (f *wholeFilesFn) ProcessElement(file fileio.FileMetadata, whole func(wholeFile)) {
	whole(newWholeFile(file.Path, f.Mode))
}

// CMEKHelper tells guard that nothing is stored.
func (f *wholeFilesFn) CMEKHelper() destination.None { return destination.None{} }

// wholeFn emits the lines of files.
type wholeFn struct{}

// ProcessElement reads a file.
func (*wholeFn) ProcessElement(ctx context.Context, file wholeFile, emit func(string)) error {
	return file.lines(ctx, emit)
}

// CMEKHelper tells guard that nothing is stored.
func (*wholeFn) CMEKHelper() destination.None { return destination.None{} }

// CMEKReads tells guard that the transform reads from outside the pipeline.
func (*wholeFn) CMEKReads() destination.None { return destination.None{} }

// wholeNamedFn emits the lines of files with the file's name.
type wholeNamedFn struct{}

// ProcessElement reads a file.
func (*wholeNamedFn) ProcessElement(ctx context.Context, file wholeFile, emit func(string, string)) error {
	name := gsurl.Decode(file.Path)
	return file.lines(ctx, func(line string) { emit(name, line) })
}

// CMEKHelper tells guard that nothing is stored.
func (*wholeNamedFn) CMEKHelper() destination.None { return destination.None{} }

// CMEKReads tells guard that the transform reads from outside the pipeline.
func (*wholeNamedFn) CMEKReads() destination.None { return destination.None{} }

// lines emits each line without its line break.
func (f wholeFile) lines(ctx context.Context, emit func(string)) error {
	data, err := input.Open(ctx, "textio.Read", f.Path)
	if err != nil {
		return err
	}
	defer data.Close()
	var source io.Reader = data
	if f.Gzip {
		if source, err = gzip.NewReader(bufio.NewReaderSize(data, bufferSize)); err != nil {
			return f.fault(err)
		}
	}
	for r := bufio.NewReaderSize(source, bufferSize/8); ; {
		line, err := r.ReadString('\n')
		if err == io.EOF && line == "" {
			return nil
		}
		if err != nil && err != io.EOF {
			return f.fault(err)
		}
		emit(strings.TrimSuffix(line, "\n"))
	}
}

// fault returns a *cmekpipe.Error for damage of a compressed file.
func (f wholeFile) fault(err error) error {
	if _, ok := errors.AsType[*cmekpipe.Error](err); ok {
		return err // of the download
	}
	if !errors.Is(err, gzip.ErrHeader) && !errors.Is(err, gzip.ErrChecksum) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return err
	}
	return &cmekpipe.Error{Op: "textio.Read", Code: cmekpipe.Corrupted, Resource: gsurl.Decode(f.Path),
		Hint: "check that the file is a complete gzip file, or use textio.ReadUncompressed", Err: err}
}
