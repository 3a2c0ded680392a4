package fileio

import (
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/graph/mtime"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/graph/window"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/state"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/transforms/periodic"

	"github.com/cmekpipe/cmekpipe-go/internal/destination"
	"github.com/cmekpipe/cmekpipe-go/internal/input"
)

// MatchContinuouslyOption changes when [MatchContinuously] polls and how it treats files that it has emitted before.
type MatchContinuouslyOption func(*watch)

type watch struct {
	start, end time.Time
	seen       repeats
	window     bool
}

// repeats tells when a file is emitted again.
type repeats int

const (
	never repeats = iota
	ifModified
	always
)

// MatchStart sets when polling starts. Default: when the pipeline is built.
func MatchStart(start time.Time) MatchContinuouslyOption { return func(w *watch) { w.start = start } }

// MatchEnd sets when polling stops. Default: never.
func MatchEnd(end time.Time) MatchContinuouslyOption { return func(w *watch) { w.end = end } }

// MatchDuplicateAllow emits a file every time that it matches.
func MatchDuplicateAllow() MatchContinuouslyOption { return func(w *watch) { w.seen = always } }

// MatchDuplicateAllowIfModified emits a file again if its modification time is at least a millisecond later.
func MatchDuplicateAllowIfModified() MatchContinuouslyOption {
	return func(w *watch) { w.seen = ifModified }
}

// MatchDuplicateSkip emits each file once. This is the default.
func MatchDuplicateSkip() MatchContinuouslyOption { return func(w *watch) { w.seen = never } }

// MatchApplyWindow puts the files into fixed windows as long as the interval. Default: the global window.
func MatchApplyWindow() MatchContinuouslyOption { return func(w *watch) { w.window = true } }

// MatchContinuously polls for the files that match a pattern, once per interval, and returns them as an unbounded
// PCollection<FileMetadata>. A poll that matches nothing is not an error. The names of emitted files are kept as state
// until the pipeline ends, unless [MatchDuplicateAllow] is set; on Dataflow the state is encrypted with the job's key.
//
// MatchContinuously panics with a [*cmekpipe.Error] when the pipeline is built, for the patterns that [MatchFiles] refuses.
func MatchContinuously(s beam.Scope, glob string, interval time.Duration, opts ...MatchContinuouslyOption) beam.PCollection {
	s = s.Scope("fileio.MatchContinuously")
	input.MustBeValid("fileio.MatchContinuously", glob)
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

// globFn emits a pattern at each poll.
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

// freshFn emits files that it has not emitted before.
type freshFn struct {
	// Seen tells when a file is emitted again.
	Seen repeats
	// Modified is the modification time of the file when it was last emitted, in Unix milliseconds.
	Modified state.Value[int64]
}

func newFreshFn(seen repeats) *freshFn {
	return &freshFn{Seen: seen, Modified: state.MakeValueState[int64]("modified")}
}

// CMEKHelper tells guard that nothing is stored outside the pipeline's own state.
func (*freshFn) CMEKHelper() destination.None { return destination.None{} }

// ProcessElement emits a file that is new or changed.
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
