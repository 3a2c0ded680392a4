package fileio_test

import (
	"bytes"
	"compress/gzip"
	"strings"
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/fileio"
)

func cmpSorted(less func(a, b string) bool) cmp.Option { return cmpopts.SortSlices(less) }

func zipped(t *testing.T, parts ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	for _, part := range parts { // each a member of its own
		w := gzip.NewWriter(&b)
		if _, err := w.Write([]byte(part)); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return b.Bytes()
}

func TestReadMatches(t *testing.T) {
	w := newWorld(t, "plain", "dir/")
	long := strings.Repeat("line\n", 100_000)
	data := zipped(t, long, "second")
	w.WriteObject(in+"a.gz", data)
	w.WriteObject(in+"a.zip", data)
	w.WriteObject(in+"cut.gz", data[:len(data)-9])
	for _, tt := range []struct {
		glob string
		opts []fileio.ReadOption
		want []string // nil for an error
	}{
		{"plain", nil, []string{"plain: plain"}},
		{"a.gz", nil, []string{"a.gz: " + long + "second"}},
		{"a.gz", []fileio.ReadOption{fileio.ReadAutoCompression()}, []string{"a.gz: " + long + "second"}},
		{"a.gz", []fileio.ReadOption{fileio.ReadUncompressed()}, []string{"a.gz: " + string(data)}},
		{"a.zip", nil, []string{"a.zip: " + string(data)}},
		{"a.zip", []fileio.ReadOption{fileio.ReadGzip()}, []string{"a.zip: " + long + "second"}},
		{"plain", []fileio.ReadOption{fileio.ReadGzip()}, nil},
		{"cut.gz", nil, nil},
		{"dir/", nil, []string{}},
		{"dir/", []fileio.ReadOption{fileio.ReadDirectorySkip()}, []string{}},
		{"dir/", []fileio.ReadOption{fileio.ReadDirectoryDisallow()}, nil},
	} {
		got, err := collect(t, func(s beam.Scope) beam.PCollection { return fileio.MatchFiles(s, in+tt.glob) }, tt.opts...)
		if (err != nil) != (tt.want == nil) {
			t.Errorf("%s: got error %v", tt.glob, err)
		} else if diff := cmp.Diff(tt.want, got, cmpopts.EquateEmpty()); diff != "" && err == nil {
			t.Errorf("%s: got %d files that differ, want %d", tt.glob, len(got), len(tt.want))
		}
	}
}
