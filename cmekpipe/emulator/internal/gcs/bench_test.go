package gcs_test

import (
	"bytes"
	"io"
	"testing"

	"cloud.google.com/go/storage"
)

func BenchmarkWrite(b *testing.B) {
	data := bytes.Repeat([]byte("0123456789abcdef"), 64<<20/16)
	for name, chunk := range map[string]int{"multipart": 0, "resumable": 16 << 20} {
		b.Run(name, func(b *testing.B) {
			c := newCloud(b)
			c.bucket(b, "bench", &storage.BucketAttrs{SoftDeletePolicy: &storage.SoftDeletePolicy{}})
			b.SetBytes(int64(len(data)))
			for b.Loop() {
				w := c.object("bench", "o").NewWriter(b.Context())
				w.ChunkSize = chunk
				if _, err := w.Write(data); err != nil {
					b.Fatal(err)
				}
				if err := w.Close(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkRead(b *testing.B) {
	data := bytes.Repeat([]byte("0123456789abcdef"), 64<<20/16)
	c := newCloud(b)
	mustWrite(b, c.object("keyed", "o"), string(data), nil)
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		r, err := c.object("keyed", "o").NewReader(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, r); err != nil {
			b.Fatal(err)
		}
		r.Close()
	}
}

func BenchmarkWriteSmall(b *testing.B) {
	c := newCloud(b)
	for b.Loop() {
		mustWrite(b, c.object("keyed", "o"), "small", nil)
	}
}
