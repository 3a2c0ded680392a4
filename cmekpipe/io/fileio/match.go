package fileio

import (
	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/fileio"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem"
	_ "github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem/gcs" // so that gs:// can be read
)

// FileMetadata is the name of a file, its size in bytes, compressed if it is, and the time of its last change.
type FileMetadata = fileio.FileMetadata

// MatchOptionFn says what [MatchFiles] and [MatchAll] do about a pattern without a match. Default:
// [MatchEmptyAllowIfWildcard].
type MatchOptionFn func(*empty)

type empty int

const (
	allowIfWildcard empty = iota
	allow
	disallow
)

// MatchEmptyAllowIfWildcard takes no match for an error unless the pattern holds "*".
func MatchEmptyAllowIfWildcard() MatchOptionFn { return func(e *empty) { *e = allowIfWildcard } }

// MatchEmptyAllow takes no match for no error.
func MatchEmptyAllow() MatchOptionFn { return func(e *empty) { *e = allow } }

// MatchEmptyDisallow takes no match for an error.
func MatchEmptyDisallow() MatchOptionFn { return func(e *empty) { *e = disallow } }

// MatchFiles returns the files that a pattern stands for as a PCollection<FileMetadata>. It panics when the pipeline is
// built if no filesystem of the pattern's scheme is linked.
func MatchFiles(s beam.Scope, glob string, opts ...MatchOptionFn) beam.PCollection {
	s = s.Scope("fileio.MatchFiles")
	filesystem.ValidateScheme(glob)
	return MatchAll(s, beam.Create(s, glob), opts...)
}

// MatchAll is [MatchFiles] for a PCollection<string> of patterns. Blank ones stand for nothing.
func MatchAll(s beam.Scope, col beam.PCollection, opts ...MatchOptionFn) beam.PCollection {
	s = s.Scope("fileio.MatchAll")
	find := &findFn{}
	for _, opt := range opts {
		opt(&find.Empty)
	}
	return beam.ParDo(s, find, col)
}
