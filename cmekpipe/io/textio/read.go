package textio

import (
	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/textio"

	"github.com/cmekpipe/cmekpipe-go/internal/input"
)

// ReadOption changes how [Read], [ReadAll] and [ReadWithFilename] read.
type ReadOption func(*readOptions)

type readOptions struct {
	mode  compression
	empty input.Empty // what happens if a pattern matches nothing
}

type compression int

const (
	byName compression = iota
	always
	never
)

// ReadAutoCompression decompresses files whose names end in ".gz". This is the default.
func ReadAutoCompression() ReadOption { return func(o *readOptions) { o.mode = byName } }

// ReadGzip treats every file as compressed with gzip.
func ReadGzip() ReadOption { return func(o *readOptions) { o.mode = always } }

// ReadUncompressed treats every file as uncompressed.
func ReadUncompressed() ReadOption { return func(o *readOptions) { o.mode = never } }

// MatchEmptyDisallow fails the job if a pattern matches no file, so that a misspelt input is not read as an empty one.
// Default: a pattern that matches no file yields no lines.
func MatchEmptyDisallow() ReadOption {
	return func(o *readOptions) { o.empty = input.EmptyRefused }
}

// Read returns the lines of the files that match a pattern, such as "gs://bank-records/in/*.txt" or a local path, without
// their line breaks, as a PCollection<string>. A pattern that matches no file yields an empty collection; see
// [MatchEmptyDisallow]. Beam's own reader reads uncompressed files, in pieces of 64 MiB; one worker reads a compressed file.
//
// Read panics with a [*cmekpipe.Error] when the pipeline is built: for an empty pattern or a malformed gs:// URL
// (InvalidName), and for a scheme without a filesystem in the program (Unsupported).
func Read(s beam.Scope, glob string, opts ...ReadOption) beam.PCollection {
	input.MustBeValid("textio.Read", glob)
	s = s.Scope("textio.Read")
	return readAll(s, "textio.Read", beam.Create(s, glob), opts)
}

// ReadAll is [Read] for a PCollection<string> of patterns. A malformed pattern fails its bundle.
func ReadAll(s beam.Scope, col beam.PCollection, opts ...ReadOption) beam.PCollection {
	return readAll(s.Scope("textio.ReadAll"), "textio.ReadAll", col, opts)
}

func readAll(s beam.Scope, op string, globs beam.PCollection, opts []ReadOption) beam.PCollection {
	whole, plain := sortFiles(s, op, globs, opts)
	return beam.Flatten(s, beam.ParDo(s, &wholeFn{}, whole), textio.ReadAll(s, plain, textio.ReadUncompressed()))
}

// ReadWithFilename is [Read] that returns a PCollection<KV<string, string>> of each line with the name of its file. One
// worker reads a file.
func ReadWithFilename(s beam.Scope, glob string, opts ...ReadOption) beam.PCollection {
	input.MustBeValid("textio.ReadWithFilename", glob)
	s = s.Scope("textio.ReadWithFilename")
	o := collectRead(opts)
	files := input.FindAll(s, "textio.ReadWithFilename", beam.Create(s, glob), o.empty)
	return beam.ParDo(s, &wholeNamedFn{}, beam.ParDo(s, &wholeFilesFn{Mode: o.mode}, files))
}

func collectRead(opts []ReadOption) readOptions {
	o := readOptions{empty: input.EmptyAllowed}
	for _, opt := range opts {
		opt(&o)
	}
	return o
}

// sortFiles finds the files and separates those that one worker reads from the names of those that Beam may split.
func sortFiles(s beam.Scope, op string, globs beam.PCollection, opts []ReadOption) (whole, plain beam.PCollection) {
	o := collectRead(opts)
	return beam.ParDo2(s, &sortFn{Mode: o.mode}, input.FindAll(s, op, globs, o.empty))
}
