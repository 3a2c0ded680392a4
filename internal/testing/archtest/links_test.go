package archtest_test

import (
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// A Markdown link, inline or by reference: [text](target) and [text]: target.
var (
	inlineLink    = regexp.MustCompile(`\]\(\s*<?([^)>\s]+)`)
	referenceLink = regexp.MustCompile(`(?m)^\s{0,3}\[[^\]]+\]:\s+<?([^>\s]+)`)
	fencedCode    = regexp.MustCompile("(?ms)^```.*?^```")
	heading       = regexp.MustCompile(`(?m)^#{1,6}\s+(.+?)\s*$`)
)

func TestRelativeLinksResolve(t *testing.T) {
	files := markdownFiles(t)
	if len(files) < 3 {
		t.Fatalf("got %d Markdown files, want all of the module", len(files))
	}
	seen := 0
	for _, file := range files {
		text := readMarkdown(t, file)
		for _, target := range linkTargets(text) {
			u, err := url.Parse(target)
			if err != nil {
				t.Errorf("%s: link %q: %v", file, target, err)
				continue
			}
			if u.Scheme != "" || u.Host != "" {
				continue
			}
			seen++
			checkLink(t, file, u)
		}
	}
	if seen == 0 {
		t.Error("got no relative link in any Markdown file: the pattern in this test is broken")
	}
}

// checkLink fails unless the link's file or folder exists and, if the link has a fragment, the file has that heading.
func checkLink(t *testing.T, from string, u *url.URL) {
	t.Helper()
	to := from
	if u.Path != "" {
		to = filepath.Join(filepath.Dir(from), filepath.FromSlash(u.Path))
	}
	if _, err := os.Stat(to); err != nil {
		t.Errorf("%s: link %q: %v", from, u, err)
		return
	}
	if u.Fragment == "" {
		return
	}
	if !strings.HasSuffix(to, ".md") || !hasAnchor(readMarkdown(t, to), u.Fragment) {
		t.Errorf("%s: link %q: got no heading %q in %s", from, u, u.Fragment, to)
	}
}

func TestLinkTargetsFindsEachForm(t *testing.T) {
	text := "See [a](doc.md#top), ![image](<b.png>) and [c][c].\n\n[c]: ../c.go \"title\"\n```go\nx[1](skipped.md)\n```\n"
	want := []string{"doc.md#top", "b.png", "../c.go"}
	if got := linkTargets(text); strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("got links %q, want %q", got, want)
	}
	for anchor, want := range map[string]bool{"run-the-tests": true, "go-and-beam": true, "run": false} {
		if got := hasAnchor("# Run the tests\n\n## Go, and `Beam`\n", anchor); got != want {
			t.Errorf("hasAnchor(%q) = %v, want %v", anchor, got, want)
		}
	}
}

// linkTargets returns the targets of a text's links, except in code.
func linkTargets(text string) []string {
	text = fencedCode.ReplaceAllString(text, "")
	var targets []string
	for _, pattern := range []*regexp.Regexp{inlineLink, referenceLink} {
		for _, match := range pattern.FindAllStringSubmatch(text, -1) {
			targets = append(targets, match[1])
		}
	}
	return targets
}

// hasAnchor reports whether a text has a heading with an anchor as GitHub derives it from the heading's text.
func hasAnchor(text, anchor string) bool {
	for _, match := range heading.FindAllStringSubmatch(fencedCode.ReplaceAllString(text, ""), -1) {
		made := strings.Map(func(r rune) rune {
			switch {
			case r == ' ':
				return '-'
			case r == '-' || r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z':
				return r
			}
			return -1
		}, strings.ToLower(match[1]))
		if made == anchor {
			return true
		}
	}
	return false
}

// markdownFiles returns the paths of all Markdown files of the module, including those in folders that begin with a
// dot.
func markdownFiles(t *testing.T) []string {
	t.Helper()
	var files []string
	err := filepath.WalkDir("../../..", func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && d.Name() == ".git" {
			return filepath.SkipDir
		}
		if err == nil && strings.HasSuffix(path, ".md") {
			files = append(files, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func readMarkdown(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
