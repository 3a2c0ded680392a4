package archtest_test

import (
	"go/ast"
	"go/token"
	"strings"
	"testing"

	"github.com/cmekpipe/cmekpipe-go/internal/testing/archtest"
)

// exportBudget is the number of names that a public package may export, so that its documentation stays readable. Names
// are types, functions, constants and variables at package level; methods and fields do not count.
const exportBudget = 25

// noBudget lists packages that define a vocabulary, whose names readers know from elsewhere.
var noBudget = map[string]string{
	"cmekpipe":          "keys, destinations, options and error codes, which all other packages share",
	"cmekpipe/location": "a type for each location of Google Cloud",
	"cmekpipe/rule":     "an ID for each rule",
}

// overBudget lists packages that export more than the budget, with the number of names that they may export until they
// are reduced. A number here may only decrease; the test fails for an entry that is no longer needed.
var overBudget = map[string]int{
	"cmekpipe/emulator": 27,
}

func TestPublicPackagesExportFewNames(t *testing.T) {
	exported := make(map[string][]string)
	eachFile(t, func(p archtest.Package, _ *token.FileSet, f *ast.File) {
		if isPublic(p, f) {
			exported[p.Path()] = append(exported[p.Path()], exportedNames(f)...)
		}
	})
	if len(exported) < 10 {
		t.Fatalf("got %d public packages, want all of them", len(exported))
	}
	for path, names := range exported {
		if noBudget[path] != "" {
			continue
		}
		budget := exportBudget
		if ceiling, ok := overBudget[path]; ok {
			if len(names) <= exportBudget {
				t.Errorf("%s exports %d names, which is within the budget: remove it from overBudget", path, len(names))
			}
			budget = ceiling
		}
		if len(names) > budget {
			t.Errorf("%s exports %d names, want at most %d: %s", path, len(names), budget, strings.Join(names, " "))
		}
	}
	for path := range noBudget {
		if exported[path] == nil {
			t.Errorf("no package %s: remove it from noBudget", path)
		}
	}
	for path := range overBudget {
		if exported[path] == nil {
			t.Errorf("no package %s: remove it from overBudget", path)
		}
	}
}

// isPublic reports whether other modules can import the package of a file.
func isPublic(p archtest.Package, f *ast.File) bool {
	return f.Name.Name != "main" && !strings.Contains("/"+p.Path()+"/", "/internal/")
}

// exportedNames returns the exported names that a file declares at package level.
func exportedNames(f *ast.File) []string {
	var names []string
	add := func(name *ast.Ident) {
		if name.IsExported() {
			names = append(names, name.Name)
		}
	}
	for _, decl := range f.Decls {
		switch d := decl.(type) {
		case *ast.FuncDecl:
			if d.Recv == nil {
				add(d.Name)
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				switch s := spec.(type) {
				case *ast.TypeSpec:
					add(s.Name)
				case *ast.ValueSpec:
					for _, name := range s.Names {
						add(name)
					}
				}
			}
		}
	}
	return names
}
