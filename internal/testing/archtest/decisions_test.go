package archtest_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// A row of the table of decisions: | question | file | `function` |, or `# heading` of the file's comment.
var decision = regexp.MustCompile("(?m)^\\| (.+) \\| (\\S+\\.go) \\| `((?:# )?[^`]+)` \\|$")

func TestDecisionsAreMadeWhereTheDesignNotesSay(t *testing.T) {
	rows := decision.FindAllStringSubmatch(readMarkdown(t, "../../../internal/design.md"), -1)
	if len(rows) < 20 {
		t.Fatalf("got %d decisions in the design notes, want the whole table", len(rows))
	}
	for _, row := range rows {
		question, path, function := row[1], row[2], row[3]
		file, err := parser.ParseFile(token.NewFileSet(), filepath.Join("../../..", filepath.FromSlash(path)), nil,
			parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			t.Errorf("%s: %v", question, err)
			continue
		}
		if !defines(file, function) {
			t.Errorf("%s: got no function %s in %s", question, function, path)
		}
	}
}

// defines reports whether a file has the function F, the method T.F or the heading "# H" in the package's documentation.
func defines(file *ast.File, function string) bool {
	if strings.HasPrefix(function, "# ") {
		return strings.Contains("\n"+file.Doc.Text(), "\n"+function+"\n")
	}
	receiver, name, isMethod := strings.Cut(function, ".")
	if !isMethod {
		receiver, name = "", function
	}
	for _, d := range file.Decls {
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
