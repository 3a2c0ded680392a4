package workerbuild

import (
	"path/filepath"
	"runtime"
	"strings"
)

// Program is the package that a worker is built from.
type Program struct {
	// Dir is the folder of the package.
	Dir string
	// Test says that the program is a package's tests.
	Test bool
}

// Caller finds the program whose main function, or test, the calling goroutine started in. It reports false if the
// goroutine was started by something else, or if the binary was built without paths (-trimpath).
func Caller() (Program, bool) {
	pcs := make([]uintptr, 512)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs)])
	var p Program
	for more := true; more; {
		var frame runtime.Frame
		frame, more = frames.Next()
		switch {
		case strings.HasPrefix(frame.Function, "testing.") && p.Dir != "":
			p.Test = true
			return p, true
		case frame.Function == "main.main":
			p.Dir = filepath.Dir(frame.File)
			return p, filepath.IsAbs(frame.File)
		}
		p.Dir = ""
		if filepath.IsAbs(frame.File) {
			p.Dir = filepath.Dir(frame.File)
		}
	}
	return Program{}, false
}
