package archtest_test

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/cmekpipe/cmekpipe-go/internal/testing/archtest"
)

// snippetParameters are the names that the README's snippets use and do not define.
const snippetParameters = "ctx context.Context, opts *cmekpipe.Options, p *beam.Pipeline, s beam.Scope, " +
	"key cmekpipe.Key[location.USCentral1], lines beam.PCollection, message string"

// snippetImports are the packages that the README's snippets may use.
var snippetImports = map[string]string{
	"context": "context", "errors": "errors", "flag": "flag", "fmt": "fmt", "json": "encoding/json", "log": "log", "os": "os",
	"beam":     "github.com/apache/beam/sdks/v2/go/pkg/beam",
	"cmekpipe": archtest.Module + "/cmekpipe", "explain": archtest.Module + "/cmekpipe/explain",
	"launch": archtest.Module + "/cmekpipe/launch", "location": archtest.Module + "/cmekpipe/location",
	"template": archtest.Module + "/cmekpipe/template", "textio": archtest.Module + "/cmekpipe/io/textio",
	"verify": archtest.Module + "/cmekpipe/verify",
}

// Each Go snippet of the README compiles as the body of a function that has the other names as parameters. The unit test is a
// program of its own, see TestReadmeTestIsTheTestThatCIRuns.
func TestReadmeSnippetsCompile(t *testing.T) {
	root, err := filepath.Abs("../../..")
	if err != nil {
		t.Fatal(err)
	}
	overlay, compiled := map[string]string{}, 0
	for i, snippet := range goSnippets(readMarkdown(t, "../../../README.md")) {
		if strings.HasPrefix(snippet, "package ") {
			continue
		}
		program, err := snippetProgram(i, snippet)
		if err != nil {
			t.Fatalf("snippet %d: %v\n%s", i, err, snippet)
		}
		name := fmt.Sprintf("snippet%d.go", i)
		file := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(file, program, 0o600); err != nil {
			t.Fatal(err)
		}
		overlay[filepath.Join(root, "internal/testing/archtest/readme", name)] = file
		compiled++
	}
	if compiled < 5 {
		t.Fatalf("got %d snippets in README.md, want at least 5", compiled)
	}
	replace, err := json.Marshal(map[string]any{"Replace": overlay})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "overlay.json")
	if err := os.WriteFile(file, replace, 0o600); err != nil {
		t.Fatal(err)
	}
	build := exec.Command("go", "build", "-overlay", file, "./internal/testing/archtest/readme")
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		t.Errorf("README.md has a snippet that does not compile: %v\n%s", err, out)
	}
}

// goSnippets returns the fenced Go code of a Markdown text.
func goSnippets(text string) (snippets []string) {
	for _, part := range strings.Split(text, "\n```go\n")[1:] {
		code, _, _ := strings.Cut(part, "\n```")
		snippets = append(snippets, code+"\n")
	}
	return snippets
}

// snippetProgram returns a file with a snippet as the body of a function.
func snippetProgram(i int, snippet string) ([]byte, error) {
	var imports, statements []string
	for line := range strings.Lines(snippet) {
		if strings.HasPrefix(line, "import ") {
			imports = append(imports, line)
		} else {
			statements = append(statements, line)
		}
	}
	// The inner block lets a snippet define what is also a parameter.
	body := fmt.Sprintf("func snippet%d(%s) {\n{\n%s", i, snippetParameters, strings.Join(statements, ""))
	file, err := parser.ParseFile(token.NewFileSet(), "", "package readme\n"+body+"\n}\n}\n", 0)
	if err != nil {
		return nil, err
	}
	used := map[string]bool{}
	ast.Inspect(file, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok {
			if x, ok := sel.X.(*ast.Ident); ok && snippetImports[x.Name] != "" {
				used[x.Name] = true
			}
		}
		return true
	})
	for _, name := range slices.Sorted(maps.Keys(used)) {
		imports = append(imports, fmt.Sprintf("import %s %q\n", name, snippetImports[name]))
	}
	block := file.Decls[0].(*ast.FuncDecl).Body.List[0].(*ast.BlockStmt)
	for _, name := range definedIn(block) {
		body += "_ = " + name + "\n"
	}
	return format.Source([]byte("package readme\n" + strings.Join(imports, "") + body + "}\n}\n"))
}

// definedIn returns the variables that a block defines, which a snippet need not use.
func definedIn(block *ast.BlockStmt) (names []string) {
	for _, statement := range block.List {
		assign, ok := statement.(*ast.AssignStmt)
		if !ok || assign.Tok != token.DEFINE {
			continue
		}
		for _, left := range assign.Lhs {
			if x, ok := left.(*ast.Ident); ok {
				names = append(names, x.Name)
			}
		}
	}
	return names
}
