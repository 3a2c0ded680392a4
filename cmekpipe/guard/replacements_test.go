package guard_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/guard"
)

// ioCall finds the calls of this module's connectors in any text, also those in the middle.
var ioCall = regexp.MustCompile(`\b((?:textio|avroio|parquetio|bigqueryio|bigtableio|spannerio|pubsubio|fhirio)\.[A-Z]\w+)\(s, `)

// TestEveryReplacementCallsAFunctionThatExists parses each call as Go and compares it with the function's declaration, so that
// it compiles when it is pasted.
func TestEveryReplacementCallsAFunctionThatExists(t *testing.T) {
	declared := ourFuncs(t)
	seen := map[string]bool{}
	for _, c := range connectors() {
		for _, f := range findings(inspect(t, pipeline(c.build))) {
			if f.Verdict != guard.Unprotected {
				continue
			}
			for _, at := range ioCall.FindAllStringIndex(f.Replacement, -1) {
				call := balanced(f.Replacement[at[0]:])
				seen[c.call] = true
				checkCall(t, c.call+c.name, call, f.Replacement, declared)
			}
		}
	}
	for _, call := range []string{
		"io/textio.Write", "io/avroio.Write", "io/parquetio.Write", "io/bigqueryio.Write", "io/bigqueryio.Read", "io/bigqueryio.Query",
		"io/spannerio.Write", "io/bigtableio.Write", "io/bigtableio.WriteBatch", "io/pubsubio.Write", "io/pubsubio.Read", "io/fhirio.Import",
		"io/fhirio.ExecuteBundles", "io/fhirio.Deidentify", "io/xlang/bigqueryio.Write", "io/xlang/bigqueryio.Read", "transforms/xlang/schema.Transform",
	} {
		if !seen[call] {
			t.Errorf("%s: got no call in its replacement", call)
		}
	}
}

// balanced returns a text up to the parenthesis that closes its first one.
func balanced(text string) string {
	depth := 0
	for i, r := range text {
		switch r {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return text[:i+1]
			}
		}
	}
	return text
}

func checkCall(t *testing.T, name, call, replacement string, declared map[string]int) {
	t.Helper()
	expr, err := parser.ParseExpr(call)
	if err != nil {
		t.Errorf("%s: got %q: %v", name, call, err)
		return
	}
	parsed := expr.(*ast.CallExpr)
	function := call[:strings.Index(call, "(")]
	folder := function
	if strings.Contains(replacement, "io/xlang/"+function) {
		folder = "xlang/" + function
	}
	if want, ok := declared[folder]; !ok || want != len(parsed.Args) {
		t.Errorf("%s: got %q with %d arguments, want %d of cmekpipe/io/%s", name, call, len(parsed.Args), want, folder)
	}
	ast.Inspect(parsed, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok && fmt.Sprint(s.X) == "key" && !slices.Contains(keyMethods(), s.Sel.Name) {
			t.Errorf("%s: got method %s of a key, want one that exists", name, s.Sel.Name)
		}
		return true
	})
}

func keyMethods() (names []string) {
	for m := range typeOf(cmekpipe.KeyName{}).Methods() {
		names = append(names, m.Name)
	}
	return names
}

// ourFuncs returns the number of parameters, without a variadic one, of each function of this module's connectors.
func ourFuncs(t *testing.T) map[string]int {
	t.Helper()
	found := map[string]int{}
	root := filepath.Join("..", "io")
	err := filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go") {
			return err
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		folder, _ := filepath.Rel(root, filepath.Dir(file))
		for _, decl := range parsed.Decls {
			if f, ok := decl.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.IsExported() {
				found[filepath.ToSlash(folder)+"."+f.Name.Name] = required(f.Type)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func required(f *ast.FuncType) (n int) {
	for _, p := range f.Params.List {
		if _, variadic := p.Type.(*ast.Ellipsis); !variadic {
			n += max(1, len(p.Names))
		}
	}
	return n
}

const (
	tableStart = "// # Refused connectors\n"
	tableEnd   = "//\n// # Pipelines that guard does not see\n"
)

// TestDocumentationListsTheRefusedConnectors compares the table in the package's documentation with what Inspect says.
func TestDocumentationListsTheRefusedConnectors(t *testing.T) {
	rows := map[string]bool{}
	for _, c := range connectors() {
		for _, f := range findings(inspect(t, pipeline(c.build))) {
			if f.Verdict == guard.Unprotected {
				rows[fmt.Sprintf("//\t%-34s %s\n", c.call, instead(f.Replacement))] = true
			}
		}
	}
	var lines []string
	for row := range rows {
		lines = append(lines, row)
	}
	slices.Sort(lines)
	want := tableStart + "//\n// Of the functions of Beam, those in the first column are refused if they write to Google Cloud, or on the condition that the\n" +
		"// refusal states; the refusal names the call in the second column, with the arguments that the pipeline has:\n//\n" + strings.Join(lines, "")
	text, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	before, rest, _ := strings.Cut(string(text), tableStart)
	got, after, ok := strings.Cut(rest, tableEnd)
	if !ok {
		t.Fatal("got no table in doc.go")
	}
	if updating() {
		if err := os.WriteFile("doc.go", []byte(before+want+tableEnd+after), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if tableStart+got != want {
		t.Errorf("got the table\n%s\nwant, as go test -update writes it,\n%s", tableStart+got, want)
	}
}

var quotedText = regexp.MustCompile(`"[^"]*"`)

// instead returns the short form of a replacement: its call, without names, or its text.
func instead(replacement string) string {
	if at := ioCall.FindStringIndex(replacement); at != nil {
		call := balanced(replacement[at[0]:])
		if strings.Contains(replacement, "io/xlang/"+call[:strings.Index(call, "(")]) {
			call = "xlang/" + call
		}
		return quotedText.ReplaceAllString(call, "…")
	}
	return strings.ReplaceAll(replacement, "github.com/cmekpipe/cmekpipe-go/", "")
}
