package workerbuild

import (
	"debug/elf"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// CheckProgram refuses a worker binary that workers of a machine type can't run: one that is no program for linux, or one for
// another processor. Such a job would start, fail each work item four times, and end.
func CheckProgram(op, path, machineType string) error {
	want, name := elf.EM_X86_64, architecture(machineType)
	if name == "arm64" {
		want = elf.EM_AARCH64
	}
	hint := "build it with GOOS=linux GOARCH=" + name + " CGO_ENABLED=0 go build -o WORKER, or leave out worker_binary"
	f, err := elf.Open(path)
	if err != nil {
		return &cmekpipe.Error{Op: op, Code: cmekpipe.InvalidOptions, Resource: path, Hint: hint, Err: err}
	}
	defer f.Close() //nolint:errcheck // it was only read
	switch {
	case f.Machine != want:
		return refuse(op, path, "got a worker_binary for "+f.Machine.String()+", want "+want.String()+" for machine type "+machineType, hint)
	case f.Type != elf.ET_EXEC && f.Type != elf.ET_DYN:
		return refuse(op, path, "got a worker_binary of type "+f.Type.String()+", want a program", hint)
	}
	return nil
}
