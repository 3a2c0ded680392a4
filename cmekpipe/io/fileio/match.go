package fileio

import (
	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/fileio"

	"github.com/cmekpipe/cmekpipe-go/internal/input"
)

// FileMetadata is Beam's type for a file's path, its size in bytes as stored, and the time of its last change.
type FileMetadata = fileio.FileMetadata

const opMatch = "fileio.MatchAll"

// MatchOption sets what [MatchFiles] and [MatchAll] do about a pattern that matches no file. Default:
// [MatchEmptyAllowIfWildcard].
type MatchOption func(*match)

type match struct{ empty input.Empty }

// MatchEmptyAllowIfWildcard accepts a pattern that matches nothing if it contains "*", and otherwise fails the job.
func MatchEmptyAllowIfWildcard() MatchOption {
	return func(m *match) { m.empty = input.EmptyIfWildcard }
}

// MatchEmptyAllow accepts patterns that match nothing.
func MatchEmptyAllow() MatchOption { return func(m *match) { m.empty = input.EmptyAllowed } }

// MatchEmptyDisallow fails the job for a pattern that matches nothing.
func MatchEmptyDisallow() MatchOption { return func(m *match) { m.empty = input.EmptyRefused } }

// MatchFiles returns the files that match a pattern, gs:// or local, as a PCollection<FileMetadata>.
//
// MatchFiles panics with a [*cmekpipe.Error] when the pipeline is built: for an empty pattern or a malformed gs:// URL
// (InvalidName), and for a scheme without a filesystem in the program (Unsupported).
func MatchFiles(s beam.Scope, glob string, opts ...MatchOption) beam.PCollection {
	s = s.Scope("fileio.MatchFiles")
	input.MustBeValid("fileio.MatchFiles", glob)
	return MatchAll(s, beam.Create(s, glob), opts...)
}

// MatchAll is [MatchFiles] for a PCollection<string> of patterns. Blank patterns are skipped; a malformed one fails its
// bundle.
func MatchAll(s beam.Scope, col beam.PCollection, opts ...MatchOption) beam.PCollection {
	var m match
	for _, opt := range opts {
		opt(&m)
	}
	return input.FindAll(s.Scope(opMatch), opMatch, col, m.empty)
}
