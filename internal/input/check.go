// Package input checks the patterns that name a pipeline's input files, finds the files and opens them. It links Beam's
// filesystems for local paths and gs://, so that every reader accepts both. Package fileio says what a pattern matches.
//
// Beam's filesystem fails a read of a gs:// object whose download can't be continued at once, with an error that names no
// object. [Open] continues such a download. Beam's own connectors do the same with the names that [Name] returns, which have
// a scheme of their own; importing this package registers the scheme with Beam.
//
// # Errors
//
// Errors about gs:// objects are [*cmekpipe.Error] with the plain name of the object. A download that breaks more often
// than the retries allow has code Unavailable.
package input

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem"
	_ "github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem/gcs"   // gs://
	_ "github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem/local" // paths without a scheme

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// MustBeValid panics with a [*cmekpipe.Error] for a pattern that [Check] refuses.
func MustBeValid(op, pattern string) {
	if err := Check(op, pattern); err != nil {
		panic(err)
	}
}

// Check refuses an empty pattern, a misspelt gs:// and a scheme without a filesystem. Beam would read the first two as
// local paths, which match nothing.
func Check(op, pattern string) error {
	refuse := func(code cmekpipe.Code, got, hint string) error {
		return &cmekpipe.Error{Op: op, Code: code, Resource: "pattern " + strconv.Quote(pattern), Hint: hint, Err: errors.New(got)}
	}
	if strings.TrimSpace(pattern) == "" {
		return refuse(cmekpipe.InvalidName, "got an empty pattern", `pass the files to read, such as "gs://BUCKET/in/*.txt"`)
	}
	if path, ok := cutScheme(pattern); ok && !strings.HasPrefix(pattern, "gs://") {
		return refuse(cmekpipe.InvalidName, "got a malformed gs:// URL", "use "+strconv.Quote("gs://"+path))
	}
	if strings.HasPrefix(pattern, "gs://") && !utf8.ValidString(pattern) {
		return refuse(cmekpipe.InvalidName, "got a gs:// URL that is not valid UTF-8", "encode the names as UTF-8, as Cloud Storage does")
	}
	if path, ok := strings.CutPrefix(pattern, "gs://"); ok && (path == "" || path[0] == '/') {
		return refuse(cmekpipe.InvalidName, "got a gs:// URL without a bucket", "use gs://BUCKET/OBJECT")
	}
	if path, ok := strings.CutPrefix(pattern, "file://"); ok {
		return refuse(cmekpipe.InvalidName, "got a file:// URL", "use the path alone: "+strconv.Quote(path))
	}
	if reason := missingFilesystem(pattern); reason != nil {
		scheme, _, _ := strings.Cut(pattern, "://")
		return refuse(cmekpipe.Unsupported, fmt.Sprintf("got scheme %q, for which no filesystem is linked", scheme),
			"import the Beam filesystem of the scheme, or copy the files to gs://")
	}
	return nil
}

// cutScheme returns what follows gs:// in a URL, also where a slash is missing, the case is wrong or a blank stands before it.
func cutScheme(pattern string) (path string, ok bool) {
	const scheme = "gs:"
	pattern = strings.TrimLeft(pattern, " \t\r\n")
	if len(pattern) < len(scheme) || !strings.EqualFold(pattern[:len(scheme)], scheme) {
		return "", false
	}
	return strings.TrimLeft(pattern[len(scheme):], "/"), true
}

// missingFilesystem returns the value with which Beam panics for a scheme that no filesystem is registered for.
func missingFilesystem(pattern string) (reason any) {
	defer func() { reason = recover() }()
	filesystem.ValidateScheme(pattern)
	return nil
}
