package archtest_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"testing"

	"github.com/cmekpipe/cmekpipe-go/internal/testing/archtest"
)

// maxUp is the number of references between files of a package that may point backwards in the best order of the files.
// A package with more can't be read from top to bottom.
const maxUp = 10

// A file refers to each file of its package that declares a function, type, constant or variable that it uses.
func TestFilesOfAPackageCanBeReadInOrder(t *testing.T) {
	declared := map[string]map[string]string{} // file by name, by package
	named := map[string]map[string][]string{}  // names by file, by package
	eachFile(t, func(p archtest.Package, fset *token.FileSet, f *ast.File) {
		file := filepath.Base(fset.File(f.Pos()).Name())
		if declared[p.Path()] == nil {
			declared[p.Path()], named[p.Path()] = map[string]string{}, map[string][]string{}
		}
		resolved, err := parser.ParseFile(fset, fset.File(f.Pos()).Name(), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for name := range resolved.Scope.Objects { //nolint:staticcheck // type information would need every package loaded
			declared[p.Path()][name] = file
		}
		for _, ident := range resolved.Unresolved { //nolint:staticcheck // as above
			named[p.Path()][file] = append(named[p.Path()][file], ident.Name)
		}
	})
	if len(declared) == 0 {
		t.Fatal("got no packages")
	}
	for path, files := range named {
		g := fileGraph{}
		for file, names := range files {
			for _, name := range names {
				if to := declared[path][name]; to != "" && to != file {
					g.add(file, to)
				}
			}
		}
		if order, up := g.order(); up > maxUp {
			t.Errorf("%s: %d arrows between files run up, want at most %d; the best order found is %v", path, up, maxUp, order)
		}
	}
}

func TestTheOrderOfFilesCountsCircles(t *testing.T) {
	g := fileGraph{}
	g.add("a", "b")
	g.add("b", "c")
	g.add("a", "c")
	if order, up := g.order(); up != 0 {
		t.Errorf("got %d arrows up in %v, want none", up, order)
	}
	g.add("c", "a")
	if order, up := g.order(); up != 1 {
		t.Errorf("got %d arrows up in %v, want 1", up, order)
	}
}

// fileGraph holds the references of each file.
type fileGraph map[string]map[string]bool

func (g fileGraph) add(from, to string) {
	for _, file := range []string{from, to} {
		if g[file] == nil {
			g[file] = map[string]bool{}
		}
	}
	g[from][to] = true
}

// order returns an order of the files with few backward references, and their number. It moves single files to their
// best place until no move improves the order.
func (g fileGraph) order() (order []string, up int) {
	for file := range g {
		order = append(order, file)
	}
	slices.Sort(order) // the order of a map would give another result each time
	for better := true; better; {
		better = false
		for i := range order {
			if best := g.bestPlace(order, i); best != i {
				order, better = moved(order, i, best), true
			}
		}
	}
	return order, g.up(order)
}

// bestPlace returns the place where the file at i has the fewest backward references.
func (g fileGraph) bestPlace(order []string, i int) int {
	best, fewest := i, g.up(order)
	for j := range order {
		if n := g.up(moved(order, i, j)); n < fewest {
			best, fewest = j, n
		}
	}
	return best
}

func moved(order []string, from, to int) []string {
	var rest []string
	for i, file := range order {
		if i != from {
			rest = append(rest, file)
		}
	}
	out := append([]string{}, rest[:to]...)
	return append(append(out, order[from]), rest[to:]...)
}

// up counts the references to earlier files.
func (g fileGraph) up(order []string) (n int) {
	place := map[string]int{}
	for i, file := range order {
		place[file] = i
	}
	for from, to := range g {
		for file := range to {
			if place[file] < place[from] {
				n++
			}
		}
	}
	return n
}
