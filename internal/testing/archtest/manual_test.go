package archtest_test

import (
	"go/ast"
	"go/token"
	"slices"
	"strings"
	"testing"

	"github.com/cmekpipe/cmekpipe-go/internal/testing/archtest"
)

// sections are the headings that the documentation of every public package has, in this order, so that a reader finds the
// same answers in the same places. Others may stand before, between and after them.
var sections = []string{"# Defaults", "# Permissions", "# Errors", "# Concurrency", "# Testing"}

// noManual lists public packages that hold no code.
var noManual = map[string]string{
	"":            "the front page and the map",
	"cmekpipe/io": "documentation of all connectors",
}

func TestPublicPackagesHaveAManual(t *testing.T) {
	found := map[string][]string{}
	eachFile(t, func(p archtest.Package, _ *token.FileSet, f *ast.File) {
		if !isPublic(p, f) || noManual[p.Path()] != "" {
			return
		}
		found[p.Path()] = append(found[p.Path()], headings(f.Doc.Text())...)
	})
	if len(found) < 10 {
		t.Fatalf("got %d public packages, want all of them", len(found))
	}
	for path, got := range found {
		if !slices.Equal(got, sections) {
			t.Errorf("%s: the package's documentation has the sections %q, want %q", path, got, sections)
		}
	}
}

// headings returns which of the sections a text has, in its order.
func headings(text string) (found []string) {
	for line := range strings.Lines(text) {
		if line = strings.TrimSuffix(line, "\n"); slices.Contains(sections, line) {
			found = append(found, line)
		}
	}
	return found
}
