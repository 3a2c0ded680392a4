package archtest_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strings"
	"testing"

	"github.com/cmekpipe/cmekpipe-go/internal/testing/archtest"
)

// exportBudget is the number of names that a public package may export, so that its documentation stays readable. Names
// are types, functions, constants and variables at package level; methods and fields do not count. An enumeration counts as
// one name, that of its type: its constants are values of the type, of which a reader needs one at a time.
const exportBudget = 25

// noBudget lists packages that define a vocabulary, whose names readers know from elsewhere.
var noBudget = map[string]string{
	"cmekpipe":          "keys, destinations, options and error codes, which all other packages share",
	"cmekpipe/location": "a type for each location of Google Cloud",
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
		if len(names) > exportBudget {
			t.Errorf("%s exports %d names, want at most %d: %s", path, len(names), exportBudget, strings.Join(names, " "))
		}
	}
	for path := range noBudget {
		if exported[path] == nil {
			t.Errorf("no package %s: remove it from noBudget", path)
		}
	}
}

// isPublic reports whether other modules can import the package of a file.
func isPublic(p archtest.Package, f *ast.File) bool {
	return f.Name.Name != "main" && !strings.Contains("/"+p.Path()+"/", "/internal/")
}

// exportedNames returns the exported names that a file declares at package level, without the constants of enumerations.
func exportedNames(f *ast.File) []string {
	var names []string
	add := func(idents ...*ast.Ident) {
		for _, name := range idents {
			if name.IsExported() {
				names = append(names, name.Name)
			}
		}
	}
	for _, decl := range f.Decls {
		switch d := decl.(type) {
		case *ast.FuncDecl:
			if d.Recv == nil {
				add(d.Name)
			}
		case *ast.GenDecl:
			enumerated := enumConstants(d)
			for _, spec := range d.Specs {
				switch s := spec.(type) {
				case *ast.TypeSpec:
					add(s.Name)
				case *ast.ValueSpec:
					if !enumerated[s] {
						add(s.Names...)
					}
				}
			}
		}
	}
	return names
}

// enumConstants returns the lines of a constant declaration that declare values of an exported type of the same package.
// A line with neither type nor value repeats those of the line before it.
func enumConstants(d *ast.GenDecl) map[*ast.ValueSpec]bool {
	enumerated := map[*ast.ValueSpec]bool{}
	if d.Tok != token.CONST {
		return enumerated
	}
	repeated := false
	for _, spec := range d.Specs {
		s := spec.(*ast.ValueSpec)
		if s.Type != nil || s.Values != nil {
			name, ok := s.Type.(*ast.Ident)
			repeated = ok && name.IsExported()
		}
		enumerated[s] = repeated
	}
	return enumerated
}

func TestConstantsOfAnEnumerationAreNotCounted(t *testing.T) {
	const source = `package p

type Color int

const (
	Red Color = iota
	Green
	MaxSize = 3
	MaxTime time.Duration = 4
	Default string = "red"
)

const Blue Color = 7

var Favourite Color = Red

func Mix() {}
func (Color) String() string { return "" }
func hidden() {}
`
	f, err := parser.ParseFile(token.NewFileSet(), "p.go", source, 0)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"Color", "MaxSize", "MaxTime", "Default", "Favourite", "Mix"}
	if got := exportedNames(f); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
