package archtest_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// A row of the table of decisions: | question | file | `function` |, or `type`, or `# heading` of the file or of its comment.
var decision = regexp.MustCompile("(?m)^\\| (.+) \\| (\\S+\\.(?:go|md)) \\| `((?:#+ )?[^`]+)` \\|$")

func TestDecisionsAreMadeWhereTheDesignNotesSay(t *testing.T) {
	rows := decision.FindAllStringSubmatch(readMarkdown(t, "../../../internal/design.md"), -1)
	if len(rows) < 20 {
		t.Fatalf("got %d decisions in the design notes, want the whole table", len(rows))
	}
	for _, row := range rows {
		question, path, function := row[1], row[2], row[3]
		if strings.HasSuffix(path, ".md") {
			if text := readMarkdown(t, filepath.Join("../../..", filepath.FromSlash(path))); !strings.Contains(text, "\n"+function+"\n") {
				t.Errorf("%s: got no heading %s in %s", question, function, path)
			}
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), filepath.Join("../../..", filepath.FromSlash(path)), nil,
			parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			t.Errorf("%s: %v", question, err)
			continue
		}
		if !defines(file, function) {
			t.Errorf("%s: got no function, type or heading %s in %s", question, function, path)
		}
	}
}

// defines reports whether a file has the function F, the method T.F, the type T or the heading "# H" in the package's documentation.
func defines(file *ast.File, function string) bool {
	if strings.HasPrefix(function, "# ") {
		return strings.Contains("\n"+file.Doc.Text(), "\n"+function+"\n")
	}
	receiver, name, isMethod := strings.Cut(function, ".")
	if !isMethod {
		receiver, name = "", function
	}
	for _, d := range file.Decls {
		if !isMethod && definesType(d, name) {
			return true
		}
		f, ok := d.(*ast.FuncDecl)
		if !ok || f.Name.Name != name || (f.Recv != nil) != isMethod {
			continue
		}
		if !isMethod || receiverName(f.Recv.List[0].Type) == receiver {
			return true
		}
	}
	return false
}

func definesType(d ast.Decl, name string) bool {
	group, ok := d.(*ast.GenDecl)
	return ok && slices.ContainsFunc(group.Specs, func(spec ast.Spec) bool {
		t, ok := spec.(*ast.TypeSpec)
		return ok && t.Name.Name == name
	})
}
