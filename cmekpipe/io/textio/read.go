package textio

import (
	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/textio"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/fileio"
)

// ReadOptionFn says how files are compressed. Default: [ReadAutoCompression].
type ReadOptionFn func(*compression)

type compression int

const (
	byName compression = iota
	always
	never
)

// ReadAutoCompression takes files whose names end in ".gz" for compressed with gzip.
func ReadAutoCompression() ReadOptionFn { return func(c *compression) { *c = byName } }

// ReadGzip takes all files for compressed with gzip.
func ReadGzip() ReadOptionFn { return func(c *compression) { *c = always } }

// ReadUncompressed takes no file for compressed.
func ReadUncompressed() ReadOptionFn { return func(c *compression) { *c = never } }

// Read returns the lines of the files that a pattern stands for, such as "gs://bank-records/in/*.txt", without their
// line breaks, as a PCollection<string>. A pattern without a file gives no line and no error. Beam's own reader reads
// what is not compressed, in pieces of 64 MiB; a compressed file is read by one worker.
func Read(s beam.Scope, glob string, opts ...ReadOptionFn) beam.PCollection {
	s = s.Scope("textio.Read")
	filesystem.ValidateScheme(glob)
	return readAll(s, beam.Create(s, glob), opts)
}

// ReadAll is [Read] for a PCollection<string> of patterns.
func ReadAll(s beam.Scope, col beam.PCollection, opts ...ReadOptionFn) beam.PCollection {
	return readAll(s.Scope("textio.ReadAll"), col, opts)
}

func readAll(s beam.Scope, globs beam.PCollection, opts []ReadOptionFn) beam.PCollection {
	whole, plain := sortFiles(s, globs, opts)
	return beam.Flatten(s, beam.ParDo(s, &wholeFn{}, whole), textio.ReadAll(s, plain, textio.ReadUncompressed()))
}

// ReadWithFilename is [Read] that returns a PCollection<KV<string, string>> of each file's name and line. Every file is
// read by one worker.
func ReadWithFilename(s beam.Scope, glob string, opts ...ReadOptionFn) beam.PCollection {
	s = s.Scope("textio.ReadWithFilename")
	filesystem.ValidateScheme(glob)
	files := fileio.MatchAll(s, beam.Create(s, glob), fileio.MatchEmptyAllow())
	return beam.ParDo(s, &wholeNamedFn{}, beam.ParDo(s, &wholeFilesFn{Mode: mode(opts)}, files))
}

func mode(opts []ReadOptionFn) compression {
	var c compression
	for _, opt := range opts {
		opt(&c)
	}
	return c
}

// sortFiles finds the files and parts those that are read whole from the names of those that Beam may split.
func sortFiles(s beam.Scope, globs beam.PCollection, opts []ReadOptionFn) (whole, plain beam.PCollection) {
	files := fileio.MatchAll(s, globs, fileio.MatchEmptyAllow())
	return beam.ParDo2(s, &sortFn{Mode: mode(opts)}, files)
}
