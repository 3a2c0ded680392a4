package input

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/fileio"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/destination"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
	"github.com/cmekpipe/cmekpipe-go/internal/keyedfs/gsurl"
)

// Empty is what happens about a pattern that matches no file.
type Empty int

const (
	// EmptyIfWildcard accepts it if it contains "*".
	EmptyIfWildcard Empty = iota
	// EmptyAllowed accepts it.
	EmptyAllowed
	// EmptyRefused fails the bundle.
	EmptyRefused
)

func (e Empty) allows(pattern string) bool {
	return e == EmptyAllowed || e == EmptyIfWildcard && strings.Contains(pattern, "*")
}

// Workers find DoFns by name, in Beam's registry. Beam's fileio registers the types that they exchange.
func init() {
	beam.RegisterDoFn(&findFn{})
	register.Emitter1[fileio.FileMetadata]()
}

// FindAll returns the files that match the patterns of a PCollection<string>, as a PCollection<FileMetadata>. It skips blank
// patterns. A pattern that [Check] refuses fails its bundle. op is the function that its errors name, such as "textio.Read".
func FindAll(s beam.Scope, op string, patterns beam.PCollection, empty Empty) beam.PCollection {
	return beam.ParDo(s, &findFn{Op: op, Empty: empty}, patterns)
}

// findFn emits the files that match patterns.
type findFn struct {
	// Op is the function that errors name.
	Op string
	// Empty is what happens if there are none.
	Empty Empty
}

// CMEKHelper tells guard that nothing is stored.
func (*findFn) CMEKHelper() destination.None { return destination.None{} }

// CMEKReads tells guard that the transform reads from outside the pipeline.
func (*findFn) CMEKReads() destination.None { return destination.None{} }

// ProcessElement finds the files of one pattern.
func (f *findFn) ProcessElement(ctx context.Context, glob string, emit func(fileio.FileMetadata)) error {
	if strings.TrimSpace(glob) == "" {
		return nil
	}
	if err := Check(f.Op, glob); err != nil {
		return err
	}
	fs, err := filesystem.New(ctx, glob)
	if err != nil {
		return err
	}
	defer fs.Close()
	names, err := f.list(ctx, fs, glob)
	if err != nil {
		return err
	}
	if len(names) == 0 && !f.Empty.allows(glob) {
		return &cmekpipe.Error{Op: f.Op, Code: cmekpipe.NotFound, Resource: glob, Err: errors.New("got no file that matches"),
			Hint: f.emptyHint()}
	}
	for _, name := range names {
		file, err := describe(ctx, fs, gsurl.Encode(name))
		if err != nil {
			return f.wrap(name, err)
		}
		emit(file)
	}
	return nil
}

// emptyHint says what to do about a pattern that matches nothing. Only package fileio has an option that accepts it.
func (f *findFn) emptyHint() string {
	const hint = "correct the pattern, or upload the files first"
	connector, _, _ := strings.Cut(f.Op, ".")
	if connector == "fileio" {
		return hint + "; fileio.MatchEmptyAllow accepts a pattern that matches nothing"
	}
	return hint + "; without " + connector + ".MatchEmptyDisallow such a pattern is read as no input"
}

// list returns the plain names of the files that match a pattern.
func (f *findFn) list(ctx context.Context, fs filesystem.Interface, glob string) ([]string, error) {
	if !strings.HasPrefix(glob, gsurl.Scheme) {
		return fs.List(ctx, glob)
	}
	u, err := url.Parse(gsurl.EncodePattern(glob))
	if err != nil {
		return nil, &cmekpipe.Error{Op: f.Op, Code: cmekpipe.InvalidName, Resource: glob, Hint: "write a percent sign as %25", Err: err}
	}
	bucket, pattern := gsurl.Scheme+u.Host+"/", strings.TrimPrefix(u.Path, "/")
	prefix, match := gsurl.Glob(pattern)
	beams := gsurl.Encode(bucket + prefix)
	if prefix != pattern {
		beams += "**" // Beam's filesystem lists nothing where "?" or "[" comes before "*"; match filters the surplus
	}
	names, err := fs.List(ctx, beams)
	if err != nil {
		return nil, f.wrap(glob, err)
	}
	return slices.DeleteFunc(names, func(name string) bool { return !match(strings.TrimPrefix(name, bucket)) }), nil
}

// describe returns a file's metadata.
func describe(ctx context.Context, fs filesystem.Interface, name string) (fileio.FileMetadata, error) {
	size, err := fs.Size(ctx, name)
	if err != nil {
		return fileio.FileMetadata{}, err
	}
	file := fileio.FileMetadata{Path: name, Size: size}
	if f, ok := fs.(filesystem.LastModifiedGetter); ok {
		file.LastModified, err = f.LastModified(ctx, name)
	}
	return file, err
}

// wrap returns an error of Cloud Storage as a *cmekpipe.Error.
func (f *findFn) wrap(name string, err error) error {
	if !strings.HasPrefix(name, gsurl.Scheme) {
		return err
	}
	return gcperr.Wrap(f.Op, name, cmekpipe.KeyName{}, err)
}
