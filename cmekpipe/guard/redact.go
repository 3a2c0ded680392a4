package guard

import (
	"errors"
	"regexp"
	"strings"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// shownURL returns what may be shown of the name of a file: without a query, which may hold a signature, and without a user
// and a password.
func shownURL(name string) string {
	scheme, rest, isURL := strings.Cut(name, "://")
	if !isURL {
		scheme, rest = "", name
	} else {
		scheme += "://"
	}
	cut := ""
	if i := strings.IndexAny(rest, "?#"); i >= 0 {
		rest, cut = rest[:i], "…"
	}
	authority, path, hasPath := strings.Cut(rest, "/")
	if i := strings.LastIndexByte(authority, '@'); i >= 0 {
		authority = "…@" + authority[i+1:]
	}
	if hasPath {
		authority += "/" + path
	}
	return scheme + authority + cut
}

var quotedValue = regexp.MustCompile(`"(?:[^"\\]|\\.)*"`)

// causeWithoutValues returns the reason inside an error of this module on a name. Errors quote the part that is wrong, before
// what they want instead. The part may be a secret in the wrong place, and is left out.
func causeWithoutValues(err error) string {
	e, ok := errors.AsType[*cmekpipe.Error](err)
	if !ok || e.Err == nil {
		return "the name is invalid"
	}
	got, want, found := strings.Cut(e.Err.Error(), ", want ")
	got = quotedValue.ReplaceAllString(got, "(not shown)")
	if found {
		got += ", want " + want
	}
	return got
}
