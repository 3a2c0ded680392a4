package archtest_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// A phrase is one that this module's prose does not use, with the terms to use instead.
type phrase struct {
	pattern *regexp.Regexp
	instead string
}

// phrases are not terms of the field, or have too many meanings.
func phrases() []phrase {
	return []phrase{
		{regexp.MustCompile(`(?i)\bmint(s|ed|ing)?\b`), "create from a key"},
		{regexp.MustCompile(`(?i)\bmend(s|ed|ing)?\b`), "fix"},
		{regexp.MustCompile(`(?i)\brest(s|ed|ing)?\s+under\b`), "is encrypted with"},
		{regexp.MustCompile(`(?i)\blook(s|ed|ing)?\s+(at|who|whether)\b`), "read, check, find out"},
		{regexp.MustCompile(`(?i)\b(what|whatever|nothing|something)\s+(came|comes|becomes)\s+of\b`), "result, outcome"},
		{regexp.MustCompile(`(?i)\b(without\s+a\s+word|unasked|loud(ly)?\s+fail)\b`), "silently, without being asked"},
		{regexp.MustCompile(`(?i)\bseen\s+into\b`), "inspected"},
	}
}

// takes finds the verb where it may mean accepts, requires or treats. It is clear before a time or an effect.
var takes = regexp.MustCompile(`(?i)\btakes\b\s*(\S*)`)

func misusesTakes(text string) bool {
	for _, m := range takes.FindAllStringSubmatch(text, -1) {
		switch next := strings.Trim(strings.ToLower(m[1]), ".,;:)"); {
		case next == "effect", next == "place", next == "precedence", next == "time", next == "long", next == "longer",
			next == "over", next == "up", next == "too", next == "hours", next == "minutes", next == "seconds", next == "about",
			next == "several", next == "some", next == "more", next == "most", next == "at", next == "as", next == "part":
		case next != "" && next[0] >= '0' && next[0] <= '9':
		default:
			return true
		}
	}
	return false
}

// faults returns an error message for each phrase in a text.
func faults(text string) []string {
	var found []string
	for _, p := range phrases() {
		if got := p.pattern.FindString(text); got != "" {
			found = append(found, strconv.Quote(got)+", want: "+p.instead)
		}
	}
	if misusesTakes(text) {
		found = append(found, `"takes" without a time or an effect, want: accepts, requires, needs`)
	}
	return found
}

// TestProseUsesPlainTerms checks the comments, strings and names of tests of Go files, and Markdown files. Folders named
// testdata are not checked, because they quote what services and users write.
func TestProseUsesPlainTerms(t *testing.T) {
	checked := 0
	err := filepath.WalkDir("../../..", func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (entry.Name() == "testdata" || entry.Name() == ".git"):
			return filepath.SkipDir
		case strings.HasSuffix(path, ".md"):
			checked++
			text, err := os.ReadFile(path)
			for i, line := range strings.Split(string(text), "\n\n") {
				report(t, path+", paragraph "+strconv.Itoa(i+1), line)
			}
			return err
		case strings.HasSuffix(path, ".go") && entry.Name() != "words_test.go":
			checked++
			return checkGo(t, path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if checked < 100 {
		t.Errorf("checked %d files, want the whole module", checked)
	}
}

// checkGo checks a file of Go. Strings of tests are not checked, because they may quote what services and users write.
func checkGo(t *testing.T, path string) error {
	t.Helper()
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, path, nil, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	for _, group := range f.Comments {
		report(t, fset.Position(group.Pos()).String(), group.Text()) // whole, as a phrase may continue on the next line
	}
	test := strings.HasSuffix(path, "_test.go")
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BasicLit:
			if text, err := strconv.Unquote(n.Value); err == nil && n.Kind == token.STRING && !test {
				report(t, fset.Position(n.Pos()).String(), text)
			}
		case *ast.FuncDecl:
			if name := n.Name.Name; test && isTest(name) {
				report(t, fset.Position(n.Pos()).String(), spaced(name))
			}
		}
		return true
	})
	return nil
}

func report(t *testing.T, place, text string) {
	t.Helper()
	for _, fault := range faults(text) {
		t.Errorf("%s: got %s", place, fault)
	}
}

// isTest reports whether the testing package runs a function of this name.
func isTest(name string) bool {
	for _, prefix := range []string{"Test", "Benchmark", "Fuzz", "Example"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

var wordStart = regexp.MustCompile(`([A-Z])`)

// spaced returns the words of a Go name with spaces between them.
func spaced(name string) string { return wordStart.ReplaceAllString(name, " $1") }

func TestFaultsFindsEachPhrase(t *testing.T) {
	for text, want := range map[string]bool{
		"let a key mint it": true, "mends each option": true, "it rests under K": true, "it rests\nunder K": true,
		"looks at the bucket": true, "what came of a launch": true, "fails without a word": true, "code that is seen into": true,
		"takes no options": true, "takes": true, "takes 5 minutes": false, "takes effect": false, "takes\nplace": false,
		spaced("TestNewOptionTakesAKey"): true, spaced("TestObjectRestsUnderTheKey"): true,
		"looks up a name": false, "the rest of the file": false, "encrypted with key K": false,
	} {
		if got := faults(text); (len(got) > 0) != want {
			t.Errorf("faults(%q) = %q, want any: %t", text, got, want)
		}
	}
}
