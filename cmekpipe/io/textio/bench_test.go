package textio_test

import (
	"bytes"
	"context"
	"io"
	"strconv"
	"sync"
	"testing"

	"cloud.google.com/go/storage"
	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	beamtextio "github.com/apache/beam/sdks/v2/go/pkg/beam/io/textio"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/textio"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/benchpair"
)

const benchLines = 1_000_000

// benchPipeline writes a million lines that are made in the pipeline, on Prism.
func benchPipeline(b *testing.B, write func(beam.Scope, beam.PCollection)) {
	b.Helper()
	if err := run(b, func(s beam.Scope) { write(s, beam.ParDo(s, countUp, beam.Create(s, benchLines))) }); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkVsBeamWriteSharded reports as x/beam how many times faster WriteSharded is than Beam's textio.Write: its time
// through ours, for the same million lines, runner and server. More is better.
func BenchmarkVsBeamWriteSharded(b *testing.B) {
	w := newWorld(b)
	benchpair.Quiet(b)
	benchpair.Run(b, func() {
		benchPipeline(b, func(s beam.Scope, col beam.PCollection) { textio.WriteSharded(s, w.object(b, "ours"), col) })
	}, benchpair.Other{Unit: "x/beam", Run: func() {
		benchPipeline(b, func(s beam.Scope, col beam.PCollection) { beamtextio.Write(s, "gs://"+bucket+"/theirs", col) })
	}})
}

func init() { register.Function1x0(dropLine) }

func dropLine(string) {}

// BenchmarkVsRawWriteSharded reports as x/raw how fast WriteSharded is compared with the storage client, called directly with
// the key, for the same bytes in as many objects: its time through ours, so 1 would be as fast. The pipeline that makes
// a million lines is a part of ours only. More is better.
func BenchmarkVsRawWriteSharded(b *testing.B) {
	w := newWorld(b)
	benchpair.Quiet(b)
	write := func() {
		benchPipeline(b, func(s beam.Scope, col beam.PCollection) { textio.WriteSharded(s, w.object(b, "ours"), col) })
	}
	write()
	var shards [][]byte
	for _, name := range w.visible(b) {
		shards = append(shards, w.ReadObject("gs://"+bucket+"/"+name))
	}
	benchpair.Run(b, write, benchpair.Other{Unit: "x/raw", Run: func() {
		client, err := storage.NewClient(context.Background())
		if err != nil {
			b.Fatal(err)
		}
		defer client.Close()
		var group sync.WaitGroup
		for i, data := range shards {
			group.Go(func() {
				upload := client.Bucket(bucket).Object("raw" + strconv.Itoa(i)).NewWriter(context.Background())
				upload.KMSKeyName = w.key.String()
				if _, err := io.Copy(upload, bytes.NewReader(data)); err != nil {
					b.Error(err)
				}
				if err := upload.Close(); err != nil {
					b.Error(err)
				}
			})
		}
		group.Wait()
	}}, benchpair.Other{Unit: "x/beamfloor", Run: func() {
		benchPipeline(b, func(s beam.Scope, col beam.PCollection) { beam.ParDo0(s, dropLine, col) })
	}})
	b.ReportMetric(float64(len(shards)), "shards")
}
