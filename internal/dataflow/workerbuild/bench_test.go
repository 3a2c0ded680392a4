package workerbuild_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/workerbuild"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/benchpair"
)

// BenchmarkVsBeamBuild builds the worker of an unchanged program. The other side is the command that Beam's runner calls,
// because its function finds no program on the stack of a benchmark.
func BenchmarkVsBeamBuild(b *testing.B) {
	dir, err := filepath.Abs("../../../examples/wordcount")
	if err != nil {
		b.Fatal(err)
	}
	ours := func() {
		_, remove, err := workerbuild.Build(b.Context(), workerbuild.Program{Dir: dir}, "amd64")
		if err != nil {
			b.Fatal(err)
		}
		remove()
	}
	ours()
	benchpair.Run(b, ours, benchpair.Other{Unit: "x/beam", Run: func() {
		file := filepath.Join(b.TempDir(), "worker")
		cmd := exec.Command("go", "build", "-trimpath", "-o", file, dir)
		cmd.Env = append(os.Environ(), "GOOS=linux", "GOARCH=amd64", "CGO_ENABLED=0")
		if out, err := cmd.CombinedOutput(); err != nil {
			b.Fatalf("%v\n%s", err, out)
		}
		os.Remove(file)
	}})
}
