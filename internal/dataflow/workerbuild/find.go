package workerbuild

import (
	"context"
	"errors"
	"os"
	"strings"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/progress"
)

// Find returns the path of the worker binary of a launch, and a function that removes it if it was built here. Unless the
// options name one it builds the program that is found on the stack of the calling goroutine, so that it must be called on
// that of main or of a test. op is the operation that errors name.
func Find(ctx context.Context, op string, opts *cmekpipe.Options, p *progress.Progress) (path string, remove func(), err error) {
	keep := func() {}
	if err := ctx.Err(); err != nil {
		return "", keep, err
	}
	if path := opts.Environment().WorkerBinary; path != "" {
		return path, keep, checkNamed(op, path)
	}
	const hint = "launch on main's own goroutine, in the folder of the program's module and with the go command in PATH, or build the worker and name it in worker_binary"
	program, ok := Caller()
	if !ok {
		return "", keep, refuse(op, "worker_binary", "got none, and a program whose sources can't be found", hint)
	}
	defer p.Step("building the worker for linux")()
	path, remove, err = Build(ctx, program, architecture(opts.Workers().MachineType))
	switch {
	case ctx.Err() != nil:
		return "", keep, ctx.Err()
	case err != nil:
		return "", keep, &cmekpipe.Error{Op: op, Code: cmekpipe.InvalidOptions, Resource: "worker_binary", Err: err, Hint: hint}
	}
	return path, remove, nil
}

// checkNamed refuses a worker that the options name and that is no file with a program in it.
func checkNamed(op, path string) error {
	const hint = "build it with GOOS=linux go build -o WORKER, or leave out worker_binary"
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return &cmekpipe.Error{Op: op, Code: cmekpipe.NotFound, Resource: path, Hint: hint, Err: err}
	case !info.Mode().IsRegular() || info.Size() == 0:
		return refuse(op, path, "got no file with a program in it as worker_binary", hint)
	}
	return nil
}

func refuse(op, resource, reason, hint string) error {
	return &cmekpipe.Error{Op: op, Code: cmekpipe.InvalidOptions, Resource: resource, Hint: hint, Err: errors.New(reason)}
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
