// Package archtest provides the list of this module's packages to the tests of its structure: imports between packages,
// sizes of files and functions, documentation of exported names, and links in Markdown files.
package archtest

import (
	"encoding/json"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"strings"
)

// Module is the path of this module.
const Module = "github.com/cmekpipe/cmekpipe-go"

// Package is the go command's description of a package of this module.
type Package struct {
	// ImportPath is the full path, Dir the folder.
	ImportPath, Dir string
	// GoFiles are the names of the non-test files.
	GoFiles []string
	// Imports are the paths that the non-test files import, Deps all packages that are linked because of them.
	Imports, Deps []string
}

// Path returns the package's path inside the module: "cmekpipe/location".
func (p Package) Path() string {
	return strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, Module), "/")
}

// Files returns the paths of the non-test files.
func (p Package) Files() []string {
	paths := make([]string, len(p.GoFiles))
	for i, name := range p.GoFiles {
		paths[i] = filepath.Join(p.Dir, name)
	}
	return paths
}

// Packages lists every package of the module that contains root.
func Packages(root string) ([]Package, error) {
	cmd := exec.Command("go", "list", "-json=ImportPath,Dir,GoFiles,Imports,Deps", "./...")
	cmd.Dir = root
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list in %s: %w", root, err)
	}
	var packages []Package
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p Package
		if err := dec.Decode(&p); err == io.EOF {
			return packages, nil
		} else if err != nil {
			return nil, fmt.Errorf("go list in %s: %w", root, err)
		}
		packages = append(packages, p)
	}
}
