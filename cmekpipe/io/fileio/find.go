package fileio

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/destination"
	"github.com/cmekpipe/cmekpipe-go/internal/filepattern"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
	"github.com/cmekpipe/cmekpipe-go/internal/keyedfs/gsurl"
)

const op = "fileio.MatchAll"

// findFn emits the files that match patterns.
type findFn struct {
	// Empty sets what happens if there are none.
	Empty empty
}

// CMEKHelper tells guard that nothing is stored.
func (*findFn) CMEKHelper() destination.None { return destination.None{} }

// CMEKReads tells guard that the transform reads from outside the pipeline.
func (*findFn) CMEKReads() destination.None { return destination.None{} }

// ProcessElement finds the files of one pattern.
func (f *findFn) ProcessElement(ctx context.Context, glob string, emit func(FileMetadata)) error {
	if strings.TrimSpace(glob) == "" {
		return nil
	}
	if err := filepattern.Check(op, glob); err != nil {
		return err
	}
	fs, err := filesystem.New(ctx, glob)
	if err != nil {
		return err
	}
	defer fs.Close()
	names, err := list(ctx, fs, glob)
	if err != nil {
		return err
	}
	if len(names) == 0 && !f.Empty.allows(glob) {
		return &cmekpipe.Error{Op: op, Code: cmekpipe.NotFound, Resource: glob, Err: errors.New("got no file that matches"),
			Hint: "correct the pattern, or upload the files first; fileio.MatchEmptyAllow accepts a pattern that matches nothing"}
	}
	for _, name := range names {
		file, err := describe(ctx, fs, gsurl.Encode(name))
		if err != nil {
			return explain(name, err)
		}
		emit(file)
	}
	return nil
}

func (e empty) allows(glob string) bool {
	return e == allow || e == allowIfWildcard && strings.Contains(glob, "*")
}

// list returns the plain names of the files that match a pattern.
func list(ctx context.Context, fs filesystem.Interface, glob string) ([]string, error) {
	if !strings.HasPrefix(glob, gsurl.Scheme) {
		return fs.List(ctx, glob)
	}
	u, err := url.Parse(gsurl.EncodePattern(glob))
	if err != nil {
		return nil, &cmekpipe.Error{Op: op, Code: cmekpipe.InvalidName, Resource: glob, Hint: "write a percent sign as %25", Err: err}
	}
	bucket, pattern := gsurl.Scheme+u.Host+"/", strings.TrimPrefix(u.Path, "/")
	prefix, match := gsurl.Glob(pattern)
	beams := gsurl.Encode(bucket + prefix)
	if prefix != pattern {
		beams += "**" // Beam's filesystem lists nothing where "?" or "[" comes before "*"; match filters the surplus
	}
	names, err := fs.List(ctx, beams)
	if err != nil {
		return nil, explain(glob, err)
	}
	return slices.DeleteFunc(names, func(name string) bool { return !match(strings.TrimPrefix(name, bucket)) }), nil
}

// describe returns a file's metadata.
func describe(ctx context.Context, fs filesystem.Interface, name string) (FileMetadata, error) {
	size, err := fs.Size(ctx, name)
	if err != nil {
		return FileMetadata{}, err
	}
	file := FileMetadata{Path: name, Size: size}
	if f, ok := fs.(filesystem.LastModifiedGetter); ok {
		file.LastModified, err = f.LastModified(ctx, name)
	}
	return file, err
}

// explain returns an error of Cloud Storage as a *cmekpipe.Error.
func explain(name string, err error) error {
	if !strings.HasPrefix(name, gsurl.Scheme) {
		return err
	}
	return gcperr.Wrap(op, name, cmekpipe.KeyName{}, err)
}
