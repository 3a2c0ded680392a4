package workerbuild_test

import (
	"context"
	"debug/elf"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/workerbuild"
)

// program writes a small program and gives the test a cache of its own.
func program(t *testing.T, text string) workerbuild.Program {
	t.Helper()
	t.Setenv("GOCACHE", goCache(t))
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	t.Setenv("GOFLAGS", "")
	dir := t.TempDir()
	write(t, filepath.Join(dir, "go.mod"), "module example.com/tiny\n\ngo 1.24\n")
	write(t, filepath.Join(dir, "main.go"), text)
	return workerbuild.Program{Dir: dir}
}

const tiny = "package main\n\nfunc main() { println(1) }\n"

// goCache is the cache of compiled packages, which must not move with the user's cache.
func goCache(t *testing.T) string {
	if dir := os.Getenv("GOCACHE"); dir != "" {
		return dir
	}
	root, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(root, "go-build")
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// inode builds and returns what tells one file from another, and the program's bytes.
func build(t *testing.T, p workerbuild.Program, arch string) (os.FileInfo, []byte) {
	t.Helper()
	path, remove, err := workerbuild.Build(t.Context(), p, arch)
	if err != nil {
		t.Fatal(err)
	}
	defer remove()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return info, text
}

func TestBuildCreatesAProgramForLinux(t *testing.T) {
	for arch, machine := range map[string]elf.Machine{"amd64": elf.EM_X86_64, "arm64": elf.EM_AARCH64} {
		t.Run(arch, func(t *testing.T) {
			path, remove, err := workerbuild.Build(t.Context(), program(t, tiny), arch)
			if err != nil {
				t.Fatal(err)
			}
			f, err := elf.Open(path)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			if f.Machine != machine {
				t.Errorf("got a program for %v, want %v", f.Machine, machine)
			}
			remove()
			if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("got %v for the file after remove, want none", err)
			}
		})
	}
}

func TestAnUnchangedProgramIsNotLinkedAgain(t *testing.T) {
	p := program(t, tiny)
	first, _ := build(t, p, "amd64")
	again, before := build(t, p, "amd64")
	if !os.SameFile(first, again) {
		t.Error("got another file of the same program, want the one that is kept")
	}
	write(t, filepath.Join(p.Dir, "main.go"), strings.Replace(tiny, "1", "2", 1))
	changed, after := build(t, p, "amd64")
	if os.SameFile(again, changed) || string(before) == string(after) {
		t.Error("got the old file after a change, want a new one")
	}
	if last, _ := build(t, p, "amd64"); !os.SameFile(changed, last) {
		t.Error("got another file of the changed program, want the one that is kept")
	}
	left, err := filepath.Glob(filepath.Join(os.Getenv("XDG_CACHE_HOME"), "cmekpipe/workers/*/*"))
	if err != nil || len(left) != 1 {
		t.Errorf("got %v in the cache and error %v, want the last worker only", left, err)
	}
}

func TestConcurrentBuildsDoNotMix(t *testing.T) {
	p := program(t, tiny)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			path, remove, err := workerbuild.Build(t.Context(), p, "amd64")
			if err != nil {
				t.Error(err)
				return
			}
			defer remove()
			if f, err := elf.Open(path); err != nil {
				t.Error(err)
			} else {
				f.Close()
			}
		})
	}
	wg.Wait()
}

func TestWithoutACacheNothingIsKept(t *testing.T) {
	p := program(t, tiny)
	t.Setenv("XDG_CACHE_HOME", "")
	t.Setenv("HOME", "")
	t.Setenv("TMPDIR", t.TempDir())
	t.Setenv("GOPATH", t.TempDir())
	first, _ := build(t, p, "amd64")
	if again, _ := build(t, p, "amd64"); os.SameFile(first, again) && first.ModTime().Equal(again.ModTime()) {
		t.Error("got the same file twice, want one for each build: the folder of temporary files is shared")
	}
	if left, _ := filepath.Glob(filepath.Join(os.Getenv("TMPDIR"), "worker-*")); len(left) != 0 {
		t.Errorf("got %v left, want nothing", left)
	}
}

func TestBuildSaysWhyThereIsNoProgram(t *testing.T) {
	for name, text := range map[string]string{
		"does not compile": "package main\n\nfunc main() { undefined() }\n",
		"is no program":    "package lib\n",
	} {
		t.Run(name, func(t *testing.T) {
			p := program(t, text)
			_, _, err := workerbuild.Build(t.Context(), p, "amd64")
			if err == nil || !strings.Contains(err.Error(), p.Dir) {
				t.Errorf("got error %v, want one that names %s", err, p.Dir)
			}
		})
	}
}

func TestBuildEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := workerbuild.Build(ctx, program(t, tiny), "amd64"); !errors.Is(err, context.Canceled) {
		t.Errorf("got error %v, want %v", err, context.Canceled)
	}
}

func TestCallerIsThePackageOfTheTest(t *testing.T) {
	p, ok := workerbuild.Caller()
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	if !ok || !p.Test || p.Dir != here {
		t.Errorf("got %+v, %t, want the tests in %s", p, ok, here)
	}
}

// trimmed builds a program with -trimpath that prints what Caller finds, and runs it.
func trimmed(t *testing.T, p workerbuild.Program) string {
	t.Helper()
	source, err := os.ReadFile("program.go")
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(p.Dir, "program.go"), strings.Replace(string(source), "package workerbuild", "package main", 1))
	binary := filepath.Join(t.TempDir(), "launcher")
	build := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-o", binary, ".")
	build.Dir = p.Dir
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	out, err := exec.CommandContext(t.Context(), binary).Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func TestAProgramBuiltWithoutPathsIsFoundInItsModule(t *testing.T) {
	p := program(t, "package main\n\nimport \"fmt\"\n\nfunc main() {\n\tp, ok := Caller()\n\tfmt.Printf(\"%+v %t\", p, ok)\n}\n")
	if got, want := trimmed(t, p), "{Dir: ImportPath:example.com/tiny Test:false} true"; got != want {
		t.Fatalf("got %s, want %s", got, want)
	}
	byPath := workerbuild.Program{ImportPath: "example.com/tiny"}
	below := filepath.Join(p.Dir, "below")
	if err := os.Mkdir(below, 0o700); err != nil {
		t.Fatal(err)
	}
	t.Chdir(below)
	if info, _ := build(t, byPath, "amd64"); info.Size() == 0 {
		t.Error("got an empty worker")
	}
}

// Elsewhere the go command may find another version of the program than the one that runs.
func TestAProgramBuiltWithoutPathsIsRefusedElsewhere(t *testing.T) {
	p := program(t, tiny)
	other := t.TempDir()
	write(t, filepath.Join(other, "go.mod"), "module example.com/other\n\ngo 1.24\n\nrequire example.com/tiny v0.0.0\n\n"+
		"replace example.com/tiny => "+p.Dir+"\n")
	for name, dir := range map[string]string{"no module": t.TempDir(), "a module that requires the program": other} {
		t.Chdir(dir)
		_, _, err := workerbuild.Build(t.Context(), workerbuild.Program{ImportPath: "example.com/tiny"}, "amd64")
		if err == nil || !strings.Contains(err.Error(), "no package example.com/tiny of the current directory's module") {
			t.Errorf("%s: got error %v, want one that names the package", name, err)
		}
	}
}

func TestCallerIsUnknownOnAnotherGoroutine(t *testing.T) {
	found := make(chan bool)
	go func() {
		_, ok := workerbuild.Caller()
		found <- ok
	}()
	if <-found {
		t.Error("got a program, want none: the goroutine's stack does not say")
	}
}
