package keyedfs_test

import (
	"bytes"
	"io"
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem/gcs"

	"github.com/cmekpipe/cmekpipe-go/internal/keyedfs"
	"github.com/cmekpipe/cmekpipe-go/internal/keyedfs/cmekgs"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/benchpair"
)

const benchSize = 64 << 20

type side struct {
	fs   filesystem.Interface
	name string
}

func sides(b *testing.B) (ours, theirs side) {
	b.Helper()
	w := newWorld(b)
	o := object(b, w.key, "bench")
	ours = side{keyedfs.New(b.Context()), cmekgs.Format(o)}
	theirs = side{gcs.New(b.Context()), o.String()}
	b.Cleanup(func() { ours.fs.Close(); theirs.fs.Close() })
	return ours, theirs
}

// BenchmarkVsBeamFilesystemWrite reports as x/beam how fast our filesystem is beside Beam's gs://, for 64 MiB in writes of
// 1 MiB to the same server: its time through ours. More is better; Beam's does not check what it wrote.
func BenchmarkVsBeamFilesystemWrite(b *testing.B) {
	ours, theirs := sides(b)
	piece := bytes.Repeat([]byte("0123456789abcde\n"), 1<<16)
	write := func(s side) func() {
		return func() {
			w, err := s.fs.OpenWrite(b.Context(), s.name)
			if err != nil {
				b.Fatal(err)
			}
			for range benchSize / len(piece) {
				if _, err := w.Write(piece); err != nil {
					b.Fatal(err)
				}
			}
			if err := w.Close(); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.SetBytes(2 * benchSize)
	benchpair.Run(b, write(ours), benchpair.Other{Unit: "x/beam", Run: write(theirs)})
}

// BenchmarkVsBeamFilesystemRead reports as x/beam how fast our filesystem is beside Beam's gs://, for the same object of
// 64 MiB: its time through ours. More is better.
func BenchmarkVsBeamFilesystemRead(b *testing.B) {
	ours, theirs := sides(b)
	data := bytes.Repeat([]byte("0123456789abcde\n"), benchSize/16)
	if err := filesystem.Write(b.Context(), ours.fs, ours.name, data); err != nil {
		b.Fatal(err)
	}
	read := func(s side) func() {
		return func() {
			r, err := s.fs.OpenRead(b.Context(), s.name)
			if err != nil {
				b.Fatal(err)
			}
			defer r.Close()
			if n, err := io.Copy(io.Discard, r); err != nil || n != benchSize {
				b.Fatalf("read %d bytes: %v", n, err)
			}
		}
	}
	b.SetBytes(2 * benchSize)
	benchpair.Run(b, read(ours), benchpair.Other{Unit: "x/beam", Run: read(theirs)})
}
