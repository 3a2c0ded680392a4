package fileio

import (
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/graph/mtime"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/graph/window"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/state"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/transforms/periodic"

	"github.com/cmekpipe/cmekpipe-go/internal/destination"
)

// MatchContOptionFn changes when [MatchContinuously] looks and what it does about files that it has seen.
type MatchContOptionFn func(*watch)

type watch struct {
	start, end time.Time
	seen       repeats
	window     bool
}

// repeats says when a file that was seen is emitted again.
type repeats int

const (
	never repeats = iota
	ifModified
	always
)

// MatchStart is when to look first. Default: when the pipeline is built.
func MatchStart(start time.Time) MatchContOptionFn { return func(w *watch) { w.start = start } }

// MatchEnd is when to look no more. Default: the end of Beam's time.
func MatchEnd(end time.Time) MatchContOptionFn { return func(w *watch) { w.end = end } }

// MatchDuplicateAllow emits a file each time that it is seen.
func MatchDuplicateAllow() MatchContOptionFn { return func(w *watch) { w.seen = always } }

// MatchDuplicateAllowIfModified emits a file again when it was changed since, by at least a millisecond.
func MatchDuplicateAllowIfModified() MatchContOptionFn { return func(w *watch) { w.seen = ifModified } }

// MatchDuplicateSkip emits a file once. It is the default.
func MatchDuplicateSkip() MatchContOptionFn { return func(w *watch) { w.seen = never } }

// MatchApplyWindow puts the files into fixed windows as long as the interval. Default: the global window.
func MatchApplyWindow() MatchContOptionFn { return func(w *watch) { w.window = true } }

// MatchContinuously looks for the files of a pattern again and again, the interval apart, and returns them as an unbounded
// PCollection<FileMetadata>. No match is no error. Names of files that were emitted are kept as state for as long as
// the pipeline lives, unless [MatchDuplicateAllow] is given; on Dataflow that state rests under the job's key.
//
// It panics when the pipeline is built if no filesystem of the pattern's scheme is linked.
func MatchContinuously(s beam.Scope, glob string, interval time.Duration, opts ...MatchContOptionFn) beam.PCollection {
	s = s.Scope("fileio.MatchContinuously")
	filesystem.ValidateScheme(glob)
	w := watch{start: mtime.Now().ToTime(), end: mtime.MaxTimestamp.ToTime()}
	for _, opt := range opts {
		opt(&w)
	}
	ticks := periodic.Impulse(s, w.start, w.end, interval, false)
	files := MatchAll(s, beam.ParDo(s, &globFn{Glob: glob}, ticks), MatchEmptyAllow())
	if w.seen != always {
		files = beam.ParDo(s, newFreshFn(w.seen), beam.ParDo(s, &pathFn{}, files))
	}
	if w.window {
		return beam.WindowInto(s, window.NewFixedWindows(interval), files)
	}
	return files
}

// globFn emits a pattern whenever it is time to look.
type globFn struct{ Glob string }

// CMEKHelper tells guard that nothing is stored.
func (*globFn) CMEKHelper() destination.None { return destination.None{} }

// ProcessElement emits the pattern.
func (f *globFn) ProcessElement(_ []byte, emit func(string)) { emit(f.Glob) }

// pathFn keys files by their names.
type pathFn struct{}

// CMEKHelper tells guard that nothing is stored.
func (*pathFn) CMEKHelper() destination.None { return destination.None{} }

// ProcessElement keys a file.
func (*pathFn) ProcessElement(file FileMetadata) (string, FileMetadata) { return file.Path, file }

// freshFn passes on files that it has not passed on yet.
type freshFn struct {
	// Seen says when a file counts as fresh again.
	Seen repeats
	// Modified is when the file was changed last, in milliseconds, as it was passed on.
	Modified state.Value[int64]
}

func newFreshFn(seen repeats) *freshFn {
	return &freshFn{Seen: seen, Modified: state.MakeValueState[int64]("modified")}
}

// CMEKHelper tells guard that nothing is stored outside the pipeline's own state.
func (*freshFn) CMEKHelper() destination.None { return destination.None{} }

// ProcessElement passes a file on, or not.
func (f *freshFn) ProcessElement(p state.Provider, _ string, file FileMetadata, emit func(FileMetadata)) error {
	before, known, err := f.Modified.Read(p)
	if err != nil {
		return err
	}
	modified := file.LastModified.UnixMilli()
	if known && (f.Seen == never || modified <= before) {
		return nil
	}
	emit(file)
	return f.Modified.Write(p, modified)
}
