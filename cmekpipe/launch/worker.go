package launch

import (
	"context"
	"os"
	"strings"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/workerbuild"
)

// worker returns the path of the worker binary, and a function that removes it if it was built here. The program to build
// is found on the stack of the calling goroutine, so that this must be called on the caller's.
func (l *launcher) worker(ctx context.Context) (path string, remove func(), err error) {
	keep := func() {}
	if err := ctx.Err(); err != nil {
		return "", keep, err
	}
	config := l.opts.Config()
	if path := config.WorkerBinary; path != "" {
		return path, keep, checkWorker(path)
	}
	const hint = "launch on main's own goroutine where sources and the go command are, or build the worker and name it"
	program, ok := workerbuild.Caller()
	if !ok {
		return "", keep, refuse(cmekpipe.InvalidOptions, "worker_binary", "got none, and a program whose sources can't be found", hint)
	}
	defer l.progress.Step("building the worker for linux")()
	path, remove, err = workerbuild.Build(ctx, program, architecture(config.MachineType))
	switch {
	case ctx.Err() != nil:
		return "", keep, ctx.Err()
	case err != nil:
		return "", keep, &cmekpipe.Error{Op: op, Code: cmekpipe.InvalidOptions, Resource: "worker_binary", Err: err, Hint: hint}
	}
	return path, remove, nil
}

func checkWorker(path string) error {
	const hint = "build it with GOOS=linux, or leave worker_binary out"
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return &cmekpipe.Error{Op: op, Code: cmekpipe.NotFound, Resource: path, Hint: hint, Err: err}
	case !info.Mode().IsRegular() || info.Size() == 0:
		return refuse(cmekpipe.InvalidOptions, path, "got no file with a program in it as worker_binary", hint)
	}
	return nil
}

// architecture of a machine type: T2A, C4A and N4A are Google's machines with Arm processors.
// Source: https://docs.cloud.google.com/compute/docs/instances/arm-on-compute.
func architecture(machineType string) string {
	family, _, _ := strings.Cut(machineType, "-")
	switch family {
	case "t2a", "c4a", "n4a":
		return "arm64"
	}
	return "amd64"
}
