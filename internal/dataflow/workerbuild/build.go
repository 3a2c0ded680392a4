package workerbuild

import (
	"context"
	"crypto/sha256"
	"debug/elf"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// Build builds a worker for linux on an architecture, "amd64" or "arm64", and returns its path and a function that removes it.
// It builds without cgo, because a worker's image has no libraries of this machine.
//
// The file is new for each call. It begins as a link to the last worker built and then replaces that: several launches may
// build the same program at once.
func Build(ctx context.Context, p Program, arch string) (path string, remove func(), err error) {
	if p, err = locate(ctx, p); err != nil {
		return "", nil, err
	}
	dir, err := os.MkdirTemp(shelf(p, arch), "worker-*")
	if err != nil {
		return "", nil, err
	}
	remove = func() { os.RemoveAll(dir) } //nolint:errcheck // what is left is a folder of the user's cache
	path, last := filepath.Join(dir, "worker"), filepath.Join(filepath.Dir(dir), "last")
	kept := shelf(p, arch) != ""
	if kept {
		_ = os.Link(last, path) // without the link, the go command builds
	}
	if err := run(ctx, p, arch, path); err != nil {
		remove()
		return "", nil, err
	}
	if kept {
		keep(path, last)
	}
	return path, remove, nil
}

// run calls the go command, which leaves a file alone that is up to date.
func run(ctx context.Context, p Program, arch, path string) error {
	args := []string{"build", "-trimpath", "-o", path, "."}
	if p.Test {
		args = []string{"test", "-c", "-trimpath", "-o", path, "."}
	}
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = p.Dir
	cmd.Env = append(os.Environ(), "GOOS=linux", "GOARCH="+arch, "CGO_ENABLED=0", "PWD="+p.Dir)
	out, err := cmd.CombinedOutput()
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		return fmt.Errorf("go %s in %s: %w\n%s", args[0], p.Dir, err, out)
	}
	return checkProgram(path, p)
}

// checkProgram refuses what is no program for linux: for a package that is none, the go command writes an archive.
func checkProgram(path string, p Program) error {
	f, err := elf.Open(path)
	if err != nil {
		return fmt.Errorf("got no program from the go command in %s, want a main package: %w", p.Dir, err)
	}
	return f.Close()
}

// shelf is the folder of the user's cache where workers of a program are, for one architecture; "" if there is none,
// which means the folder of temporary files. Nothing is kept there: another user could replace the program.
func shelf(p Program, arch string) string {
	root, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	id := sha256.Sum256(fmt.Appendf(nil, "%s\n%t\n%s", p.Dir, p.Test, arch))
	dir := filepath.Join(root, "cmekpipe", "workers", hex.EncodeToString(id[:8]))
	if os.MkdirAll(dir, 0o700) != nil {
		return ""
	}
	return dir
}

// keep lets a worker be the last one built. The next build does without it if that fails.
func keep(path, last string) {
	built, err := os.Stat(path)
	if err != nil {
		return
	}
	// A name can't be moved over another name of the same file.
	if present, err := os.Stat(last); err == nil && os.SameFile(built, present) {
		return
	}
	next := path + ".next"
	if os.Link(path, next) == nil {
		_ = os.Rename(next, last)
	}
}
