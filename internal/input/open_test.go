package input_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem"
	_ "github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem/local"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/internal/input"
	"github.com/cmekpipe/cmekpipe-go/internal/retry"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/cutproxy"
)

const object = "gs://bank-records/in"

var data = bytes.Repeat([]byte("0123456789abcdef"), 1<<16)

func newCloud(t *testing.T) *cmektest.Cloud {
	t.Helper()
	cloud := cmektest.NewCloud(t)
	cloud.CreateBucket("bank-records", "us-central1", cmekpipe.KeyName{})
	cloud.WriteObject(object, data)
	return cloud
}

// pretending returns a context whose pauses take no time.
func pretending(t *testing.T) context.Context {
	return retry.WithPauses(t.Context(), func(context.Context, time.Duration) error { return nil })
}

func requireError(t *testing.T, err error, code cmekpipe.Code) {
	t.Helper()
	e, ok := errors.AsType[*cmekpipe.Error](err)
	if !ok || e.Code != code || e.Op != "test.Read" || e.Resource != object || e.Hint == "" {
		t.Errorf("got %v, want %v about the object with a hint", err, code)
	}
}

func TestOpenContinuesBrokenDownloads(t *testing.T) {
	tests := []struct {
		name string
		cuts int64
		want cmekpipe.Code // "" if all is read
	}{
		{"never broken", 0, ""},
		{"broken twice", 2, ""},
		{"broken for ever", 1 << 30, cmekpipe.Unavailable},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			cloud := newCloud(t)
			cutproxy.Start(t, cloud.Endpoint(emulator.Storage), 50000, tt.cuts)
			r, err := input.Open(pretending(t), "test.Read", object)
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			got, err := io.ReadAll(r)
			if tt.want != "" {
				requireError(t, err, tt.want)
				return
			}
			if err != nil || !bytes.Equal(got, data) {
				t.Errorf("got %d bytes and %v, want all %d", len(got), err, len(data))
			}
		})
	}
}

func TestReplacedObjectIsNotContinued(t *testing.T) {
	cloud := newCloud(t)
	cutproxy.Start(t, cloud.Endpoint(emulator.Storage), 50000, 2)
	r, err := input.Open(pretending(t), "test.Read", object)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	cloud.WriteObject(object, bytes.ToUpper(data))
	_, err = io.ReadAll(r)
	requireError(t, err, cmekpipe.PreconditionFailed)
}

func TestMissingObjectIsTyped(t *testing.T) {
	cloud := newCloud(t)
	if err := cloud.StorageClient().Bucket("bank-records").Object("in").Delete(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, err := input.Open(t.Context(), "test.Read", object)
	requireError(t, err, cmekpipe.NotFound)
}

func TestOpenReadsLocalFiles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "in")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := input.Open(t.Context(), "test.Read", path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, data) {
		t.Errorf("got %d bytes and %v, want all %d", len(got), err, len(data))
	}
	if got := input.Name(path); got != path {
		t.Errorf("got name %q, want %q", got, path)
	}
}

func TestFilesystemReadsOnly(t *testing.T) {
	newCloud(t)
	name := input.Name(object)
	fs, err := filesystem.New(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	defer fs.Close()
	if got, err := fs.List(t.Context(), name); err != nil || len(got) != 1 || got[0] != name {
		t.Errorf("List() = %q, %v, want %q", got, err, name)
	}
	if got, err := fs.Size(t.Context(), name); err != nil || got != int64(len(data)) {
		t.Errorf("Size() = %d, %v, want %d", got, err, len(data))
	}
	if got, err := filesystem.Read(t.Context(), fs, name); err != nil || !bytes.Equal(got, data) {
		t.Errorf("Read() = %d bytes, %v, want %d", len(got), err, len(data))
	}
	if _, err := fs.OpenWrite(t.Context(), name); !errors.Is(err, cmekpipe.Unsupported) {
		t.Errorf("OpenWrite() = %v, want %v", err, cmekpipe.Unsupported)
	}
}
