package gsurl_test

import (
	"strings"
	"testing"

	"github.com/cmekpipe/cmekpipe-go/internal/keyedfs/gsurl"
)

// globs are patterns and object names that are easily broken.
var globs = []string{
	"", "*", "**", "**/", "?", "[", "[]", "[!]", "[]]", "[!]]", "[z-a]", "[a-", "[^a]", "[\\]", "a[1].txt", "*\xfc", "\xff?", "[\xfc]",
	"a b?#%.txt", "x%2Fy", "%", "%zz", "ü/…/..x", "\x00", "\U0001f511*", "(*", "a{2}*", "\\*", "$*^",
}

func FuzzPrefixOfGlob(f *testing.F) {
	for _, pattern := range globs {
		for _, name := range globs {
			f.Add(pattern, name)
		}
	}
	f.Fuzz(func(t *testing.T, pattern, name string) {
		prefix, match := gsurl.Glob(pattern)
		if !match(pattern) {
			t.Errorf("Glob(%q) does not match itself", pattern)
		}
		if match(name) && !strings.HasPrefix(name, prefix) {
			t.Errorf("Glob(%q) matches %q without its prefix %q", pattern, name, prefix)
		}
	})
}
