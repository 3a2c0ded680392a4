package parquetio_test

import (
	"testing"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/graph/window"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/parquetio"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/conformance/filetest"
)

func TestEveryDoFnSaysWhatItStores(t *testing.T) {
	w := filetest.New(t)
	o := w.Object(t, "out/rows")
	filetest.RequireMarked(t, o, "parquetio.Write", func(s beam.Scope) {
		rows := beam.Create(s, row{})
		parquetio.Write(s, o, rows)
		parquetio.WriteSharded(s, o, rows)
		parquetio.WriteSharded(s, o, rows, parquetio.WithNumShards(2))
		ts := beam.WindowInto(s, window.NewFixedWindows(time.Minute), rows)
		parquetio.WriteSharded(s, o, ts, parquetio.WithNumShards(2))
	}, map[string]int{"witnessFn": 1, "bundleFn": 1, "numberedFn": 2, "paneFn": 1, "Publish": 3, "PublishPane": 1, "DeletePane": 1})
}
