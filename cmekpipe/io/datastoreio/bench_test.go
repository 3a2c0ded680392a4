package datastoreio_test

import (
	"context"
	"io"
	"log/slog"
	"testing"
	"time"

	"cloud.google.com/go/datastore"
	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/datastoreio"
)

const benchEntities = 50_000

// BenchmarkVsRawWrite reports as x/raw how fast Write is beside the client, called by hand for the same entities in commits
// of 500: its time through ours, so 1 would be as fast. The pipeline that makes the entities is a part of ours only. More is
// better.
func BenchmarkVsRawWrite(b *testing.B) {
	w := withDatabase(b)
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(io.Discard, nil)))
	b.Cleanup(func() { slog.SetDefault(before) })
	var our, raw time.Duration
	for b.Loop() {
		start := time.Now()
		if err := run(b, func(s beam.Scope) { datastoreio.Write(s, w.db, made(s, benchEntities)) }); err != nil {
			b.Fatal(err)
		}
		our += time.Since(start)
		start = time.Now()
		writeRaw(b)
		raw += time.Since(start)
	}
	b.ReportMetric(float64(raw)/float64(our), "x/raw")
}

func writeRaw(b *testing.B) {
	b.Helper()
	c := client(b)
	for first := int64(1); first <= benchEntities; first += 500 {
		keys, all := make([]*datastore.Key, 500), make([]entry, 500)
		for i := range keys {
			id := first + int64(i)
			keys[i], all[i] = datastore.IDKey("Entry", id, nil), entry{id, "note"}
		}
		if _, err := c.PutMulti(context.Background(), keys, all); err != nil {
			b.Fatal(err)
		}
	}
}
