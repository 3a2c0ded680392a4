package workerbuild

import (
	"context"
	"fmt"
	"os/exec"
	"path"
	"path/filepath"
	"runtime"
	"strings"
)

// Program is the package that a worker is built from.
type Program struct {
	// Dir is the folder of the package. It is empty if the binary was built without paths (-trimpath).
	Dir string
	// ImportPath is the package's import path in a binary built without paths.
	ImportPath string
	// Test says that the program is a package's tests.
	Test bool
}

// Caller finds the program whose main function, or test, the calling goroutine started in. It reports false if the
// goroutine was started by something else.
func Caller() (Program, bool) {
	pcs := make([]uintptr, 512)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs)])
	var p Program
	for more := true; more; {
		var frame runtime.Frame
		frame, more = frames.Next()
		switch {
		case strings.HasPrefix(frame.Function, "testing.") && p != Program{}:
			p.Test = true
			return p, true
		case frame.Function == "main.main":
			p = packageOf(frame.File)
			return p, p != Program{}
		}
		p = packageOf(frame.File)
	}
	return Program{}, false
}

// packageOf returns the package of a source file: the go command names a file by its path, or with -trimpath by the import path
// of its package.
func packageOf(file string) Program {
	if filepath.IsAbs(file) {
		return Program{Dir: filepath.Dir(file)}
	}
	if dir := path.Dir(file); dir != "." {
		return Program{ImportPath: dir}
	}
	return Program{}
}

// locate finds the folder of a program that is known by its import path only. It has to be a package of the main module of the
// current directory: anywhere else the go command may find another version of the program.
func locate(ctx context.Context, p Program) (Program, error) {
	if p.Dir != "" {
		return p, nil
	}
	cmd := exec.CommandContext(ctx, "go", "list", "-f", "{{if .Module}}{{if .Module.Main}}{{.Dir}}{{end}}{{end}}", "--", p.ImportPath)
	out, err := cmd.Output()
	switch dir := strings.TrimSpace(string(out)); {
	case ctx.Err() != nil:
		return p, ctx.Err()
	case err != nil || dir == "":
		return p, fmt.Errorf("got a binary built with -trimpath, and no package %s of the current directory's module", p.ImportPath)
	default:
		p.Dir = dir
		return p, nil
	}
}
