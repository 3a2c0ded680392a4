package archtest_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strings"
	"testing"

	"github.com/cmekpipe/cmekpipe-go/internal/testing/archtest"
)

// Functions called init run before main and can't be refused, so each one is listed here with its reason.
var allowedInits = map[string]string{
	"internal/keyedfs":                                 "Beam looks file systems up by scheme in a registry",
	"internal/input":                                   "Beam looks DoFns up by type in a registry, and filesystems by scheme",
	"internal/shards":                                  "Beam looks DoFns up by type in a registry",
	"cmekpipe/io/fileio":                               "Beam looks DoFns up by type in a registry",
	"cmekpipe/io/avroio":                               "Beam looks DoFns up by type in a registry",
	"cmekpipe/io/parquetio":                            "Beam looks DoFns up by type in a registry",
	"cmekpipe/io/textio":                               "Beam looks DoFns up by type in a registry",
	"cmekpipe/io/xlang/bigqueryio":                     "Beam looks types up in a registry",
	"cmekpipe/launch/cmekrunner":                       "Beam looks runners up by name in a registry, and flags must be there before they are parsed",
	"internal/testing/conformance/filetest":            "Beam looks DoFns up by type in a registry",
	"examples/wordcount":                               "Beam looks DoFns up by type in a registry",
	"examples/bigquery_kms_key":                        "Beam looks types up in a registry",
	"examples/streaming":                               "Beam looks DoFns up by type in a registry",
	"examples/two_keys":                                "Beam looks DoFns up by type in a registry",
	"internal/pcollection":                             "Beam looks DoFns up by type in a registry",
	"internal/testing/conformance":                     "Beam looks DoFns up by type in a registry",
	"internal/testing/conformance/sinks/bigtablesink":  "Beam looks DoFns up by type in a registry",
	"internal/testing/conformance/sinks/datastoresink": "Beam looks DoFns up by type in a registry",
	"internal/testing/conformance/sinks/fhirsink":      "Beam looks DoFns up by type in a registry",
	"internal/testing/conformance/sinks/objectsink":    "Beam looks DoFns up by type in a registry",
	"internal/testing/conformance/sinks/parquetsink":   "Beam looks DoFns up by type in a registry",
	"internal/testing/conformance/sinks/pubsubsink":    "Beam looks DoFns up by type in a registry",
	"cmekpipe/io/pubsubio":                             "Beam looks DoFns up by type in a registry",
	"cmekpipe/io/fhirio":                               "Beam looks DoFns up by type in a registry",
	"cmekpipe/io/datastoreio":                          "Beam looks DoFns up by type in a registry",
	"cmekpipe/io/spannerio":                            "Beam looks DoFns up by type in a registry",
	"cmekpipe/io/bigtableio":                           "Beam looks DoFns up by type in a registry",
	"cmekpipe/io/bigqueryio":                           "Beam looks DoFns up by type in a registry, gob looks up types of parameters by name",
}

// Package-level variables are shared by everything in the process, so each one is listed here with its reason.
var allowedVars = map[string]string{
	"internal/destination.linkedModules":           "a program's modules never change, and reading them takes time",
	"internal/testing/conformance/filetest.onLine": "Beam makes DoFns of its own from JSON, which a test reaches only so",
	"cmekpipe/rule/htmlreport.source":              "the content of a file, which the go command embeds in a variable only",
	"cmekpipe/rule.registry":                       "the rules never change, and every finding looks up its own",
	"cmekpipe/launch.prismServer":                  "Beam's Prism can be started but not stopped, so a process has one",
	"cmekpipe/emulator/prismrun.server":            "Beam's Prism can be started but not stopped, so a process has one",
	"internal/clients/shared.worker":               "Beam has no place in a worker process where its DoFns could find what they share",
	"internal/testing/conformance.failedBundles":   "a flag of tests must be there before the flags are parsed",
	"internal/testing/conformance.allPortable":     "a flag of tests must be there before the flags are parsed",
	"internal/testing/golden.update":               "a flag of tests must be there before the flags are parsed",
	"internal/testing/conformance.manyRows":        "a flag of tests must be there before the flags are parsed",
	"internal/testing/conformance.onPrism":         "a flag of tests must be there before the flags are parsed",
}

func TestNoHiddenState(t *testing.T) {
	eachFile(t, func(p archtest.Package, _ *token.FileSet, f *ast.File) {
		for _, decl := range f.Decls {
			if fn, ok := decl.(*ast.FuncDecl); ok && fn.Name.Name == "init" && fn.Recv == nil && allowedInits[p.Path()] == "" {
				t.Errorf("%s has an init, want none", p.Path())
			}
			gen, ok := decl.(*ast.GenDecl)
			if !ok || gen.Tok != token.VAR {
				continue
			}
			for _, spec := range gen.Specs {
				value := spec.(*ast.ValueSpec)
				for _, name := range value.Names {
					if name.Name != "_" && !immutable(value) && allowedVars[p.Path()+"."+name.Name] == "" {
						t.Errorf("%s has package-level variable %s, want none", p.Path(), name.Name)
					}
				}
			}
		}
	})
}

// immutable reports whether a variable holds a compiled expression, which can't be changed and can't be a constant in
// Go.
func immutable(v *ast.ValueSpec) bool {
	if len(v.Values) != 1 {
		return false
	}
	call, ok := v.Values[0].(*ast.CallExpr)
	if !ok {
		return false
	}
	fn, ok := call.Fun.(*ast.SelectorExpr)
	return ok && fn.Sel.Name == "MustCompile"
}

func TestEverythingExportedIsDocumented(t *testing.T) {
	documented := make(map[string]bool)
	eachFile(t, func(p archtest.Package, _ *token.FileSet, f *ast.File) {
		documented[p.Path()] = documented[p.Path()] || f.Doc.Text() != ""
		for _, name := range undocumented(f) {
			t.Errorf("%s: %s has no doc comment", p.Path(), name)
		}
	})
	for path, ok := range documented {
		if !ok {
			t.Errorf("%s has no package comment", path)
		}
	}
}

func TestSizes(t *testing.T) {
	eachFile(t, func(p archtest.Package, fset *token.FileSet, f *ast.File) {
		if ast.IsGenerated(f) {
			return
		}
		file := fset.File(f.Pos())
		if lines := file.LineCount(); lines > 500 {
			t.Errorf("%s has %d lines, want at most 500", file.Name(), lines)
		}
		for _, decl := range f.Decls {
			fn, ok := decl.(*ast.FuncDecl)
			if !ok {
				continue
			}
			if lines := fset.Position(fn.End()).Line - fset.Position(fn.Pos()).Line + 1; lines > 60 {
				t.Errorf("%s: %s has %d lines, want at most 60", p.Path(), fn.Name.Name, lines)
			}
		}
	})
}

// eachFile parses every non-test file of the module.
func eachFile(t *testing.T, visit func(archtest.Package, *token.FileSet, *ast.File)) {
	t.Helper()
	for _, p := range packages(t) {
		for _, path := range p.Files() {
			fset := token.NewFileSet()
			f, err := parser.ParseFile(fset, path, nil, parser.ParseComments|parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			visit(p, fset, f)
		}
	}
}

// undocumented returns the names that a file exports without a comment. Members of a group share the group's comment;
// fields of a struct and methods of an interface need a comment of their own or on the line above them.
func undocumented(f *ast.File) []string {
	var names []string
	for _, decl := range f.Decls {
		switch d := decl.(type) {
		case *ast.FuncDecl:
			if d.Name.IsExported() && d.Doc.Text() == "" && exportedReceiver(d) {
				names = append(names, d.Name.Name)
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				names = append(names, undocumentedSpec(d, spec)...)
			}
		}
	}
	return slices.Compact(names)
}

func undocumentedSpec(d *ast.GenDecl, spec ast.Spec) []string {
	var names []string
	switch s := spec.(type) {
	case *ast.TypeSpec:
		if s.Name.IsExported() && s.Doc.Text() == "" && d.Doc.Text() == "" {
			names = append(names, s.Name.Name)
		}
	case *ast.ValueSpec:
		for _, name := range s.Names {
			if name.IsExported() && s.Doc.Text() == "" && s.Comment.Text() == "" && d.Doc.Text() == "" {
				names = append(names, name.Name)
			}
		}
	}
	return names
}

func exportedReceiver(d *ast.FuncDecl) bool {
	if d.Recv == nil {
		return true
	}
	return ast.IsExported(strings.TrimLeft(receiverName(d.Recv.List[0].Type), "*"))
}

func receiverName(e ast.Expr) string {
	switch x := e.(type) {
	case *ast.StarExpr:
		return receiverName(x.X)
	case *ast.IndexExpr:
		return receiverName(x.X)
	case *ast.IndexListExpr:
		return receiverName(x.X)
	case *ast.Ident:
		return x.Name
	}
	return fmt.Sprint(e)
}
