package guard_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestEveryConnectorOfBeamHasACase reads the source of the Beam in go.mod, so that a connector which an upgrade adds
// is noticed here and not in production.
func TestEveryConnectorOfBeamHasACase(t *testing.T) {
	exported := beamConnectors(t)
	if len(exported) < 50 {
		t.Fatalf("found %d exported connectors in Beam, want all of them: %v", len(exported), exported)
	}
	covered := map[string]bool{}
	for _, c := range connectors() {
		covered[c.call] = true
	}
	for _, call := range exported {
		if !covered[call] {
			t.Errorf("%s has no case: add it to the catalogue and to connectors()", call)
		}
		delete(covered, call)
	}
	if len(covered) > 0 {
		t.Errorf("cases for calls that Beam does not have: %v", slices.Sorted(maps.Keys(covered)))
	}
}

// beamConnectors returns the exported functions and methods, in the packages that reach out of a pipeline, whose
// first parameter is a scope: "io/textio.Write".
func beamConnectors(t *testing.T) []string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-f", "{{.Dir}}", "github.com/apache/beam/sdks/v2/go/pkg/beam").Output()
	if err != nil {
		t.Fatal(err)
	}
	root := strings.TrimSpace(string(out))
	var found []string
	for _, folder := range []string{"io", "x/debug", "transforms/sql", "transforms/xlang"} {
		err := filepath.WalkDir(filepath.Join(root, folder), func(file string, d fs.DirEntry, err error) error {
			if err == nil && strings.HasSuffix(file, ".go") && !strings.HasSuffix(file, "_test.go") {
				pkg, _ := filepath.Rel(root, filepath.Dir(file))
				found = append(found, scopeFuncs(t, file, filepath.ToSlash(pkg))...)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

func scopeFuncs(t *testing.T, file, pkg string) (found []string) {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	for _, decl := range parsed.Decls {
		if f, ok := decl.(*ast.FuncDecl); ok && f.Name.IsExported() && takesScope(f.Type) {
			found = append(found, pkg+"."+f.Name.Name)
		}
	}
	return found
}

func takesScope(f *ast.FuncType) bool {
	if len(f.Params.List) == 0 {
		return false
	}
	selector, ok := f.Params.List[0].Type.(*ast.SelectorExpr)
	return ok && selector.Sel.Name == "Scope"
}
