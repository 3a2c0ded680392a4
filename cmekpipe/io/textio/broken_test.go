package textio_test

import (
	"bytes"
	"compress/gzip"
	"strings"
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/testing/passert"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/textio"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/cutproxy"
)

// brokenReads are the ways to read an object of Cloud Storage.
var brokenReads = []struct {
	name string
	read func(beam.Scope) beam.PCollection
	gzip bool
}{
	{"split", func(s beam.Scope) beam.PCollection { return textio.Read(s, "gs://bank-records/in/lines") }, false},
	{"with the file's name", func(s beam.Scope) beam.PCollection {
		return textio.ReadWithFilename(s, "gs://bank-records/in/lines")
	}, false},
	{"compressed", func(s beam.Scope) beam.PCollection {
		return textio.Read(s, "gs://bank-records/in/lines", textio.ReadGzip())
	}, true},
}

// writeInput stores lines of more than 50,000 bytes.
func (w *world) writeInput(t *testing.T, compressed bool) (lines int) {
	t.Helper()
	data := []byte(strings.Join(numbers(40000), "\n") + "\n")
	if compressed {
		var zipped bytes.Buffer
		z, _ := gzip.NewWriterLevel(&zipped, gzip.NoCompression)
		if _, err := z.Write(data); err != nil {
			t.Fatal(err)
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		data = zipped.Bytes()
	}
	w.WriteObject("gs://bank-records/in/lines", data)
	return 40000
}

func TestReadsContinueDownloadsThatBreakTwice(t *testing.T) {
	for _, tt := range brokenReads {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			lines := w.writeInput(t, tt.gzip)
			proxy := cutproxy.Start(t, w.Endpoint(emulator.Storage), 50000, 2)
			if err := run(t, func(s beam.Scope) { passert.Count(s, tt.read(s), "lines", lines) }); err != nil {
				t.Error(err)
			}
			if proxy.Cut() != 2 {
				t.Errorf("got %d cut downloads, want 2", proxy.Cut())
			}
		})
	}
}
