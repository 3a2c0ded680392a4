package gsurl

import (
	"strings"
	"testing"
)

func FuzzGlobNeverPanicsAndMatchesItself(f *testing.F) {
	for _, pattern := range []string{"", "a", "*", "**", "**/", "?", "[a]", "[!a]", "[", "[]", "[]]", "[!]", "[z-a]", `[\]`, "[[:alpha:]]", "a**b/*[x"} {
		f.Add(pattern, "a")
		f.Add(pattern, pattern)
	}
	f.Fuzz(func(t *testing.T, pattern, name string) {
		g := newGlob(pattern)
		if !g.match(pattern) {
			t.Errorf("glob %q does not match itself", pattern)
		}
		if g.match(name) && name != pattern && !strings.HasPrefix(name, g.prefix) {
			t.Errorf("glob %q matches %q, which does not begin with %q", pattern, name, g.prefix)
		}
	})
}
