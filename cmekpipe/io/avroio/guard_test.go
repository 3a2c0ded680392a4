package avroio_test

import (
	"testing"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/graph/window"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/avroio"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/conformance/filetest"
)

func TestEveryDoFnSaysWhatItStores(t *testing.T) {
	w := filetest.New(t)
	o := w.Object(t, "out/rows")
	filetest.RequireMarked(t, o, "avroio.Write", func(s beam.Scope) {
		lines := beam.Create(s, good)
		avroio.Write(s, o, schema, lines)
		avroio.WriteSharded(s, o, schema, lines)
		avroio.WriteSharded(s, o, schema, lines, avroio.WithNumShards(2))
		ts := beam.WindowInto(s, window.NewFixedWindows(time.Minute), lines)
		avroio.WriteSharded(s, o, schema, ts, avroio.WithNumShards(2))
	}, map[string]int{"witnessFn": 1, "bundleFn": 1, "numberedFn": 2, "paneFn": 1, "Publish": 3, "PublishPane": 1, "DeletePane": 1})
}
