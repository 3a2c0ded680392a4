package textio_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"

	"cloud.google.com/go/storage"
	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	beamtextio "github.com/apache/beam/sdks/v2/go/pkg/beam/io/textio"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/textio"
)

const benchLines = 1_000_000

// quiet silences Prism for a benchmark: its log would be a part of what is measured.
func quiet(b *testing.B) {
	b.Helper()
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(io.Discard, nil)))
	b.Cleanup(func() { slog.SetDefault(before) })
	stderr := os.Stderr
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		b.Fatal(err)
	}
	os.Stderr = null
	b.Cleanup(func() { os.Stderr = stderr; null.Close() })
}

// pairs runs two things in turn, so that both meet the same machine, and returns how long each took in all.
func pairs(b *testing.B, ours, theirs func()) (our, their time.Duration) {
	b.Helper()
	timed := func(f func()) time.Duration {
		start := time.Now()
		f()
		return time.Since(start)
	}
	for i := 0; b.Loop(); i++ {
		if i%2 == 0 {
			our += timed(ours)
			their += timed(theirs)
		} else {
			their += timed(theirs)
			our += timed(ours)
		}
	}
	return our, their
}

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
	quiet(b)
	our, their := pairs(b, func() {
		benchPipeline(b, func(s beam.Scope, col beam.PCollection) { textio.WriteSharded(s, w.object(b, "ours"), col) })
	}, func() {
		benchPipeline(b, func(s beam.Scope, col beam.PCollection) { beamtextio.Write(s, "gs://"+bucket+"/theirs", col) })
	})
	b.ReportMetric(float64(their)/float64(our), "x/beam")
}

// BenchmarkVsRawWriteSharded reports as x/raw how fast WriteSharded is beside the storage client, called by hand with
// the key, for the same bytes in as many objects: its time through ours, so 1 would be as fast. The pipeline that makes
// a million lines is a part of ours only. More is better.
func BenchmarkVsRawWriteSharded(b *testing.B) {
	w := newWorld(b)
	quiet(b)
	write := func() {
		benchPipeline(b, func(s beam.Scope, col beam.PCollection) { textio.WriteSharded(s, w.object(b, "ours"), col) })
	}
	write()
	var shards [][]byte
	for _, name := range w.visible(b) {
		shards = append(shards, w.ReadObject("gs://"+bucket+"/"+name))
	}
	our, raw := pairs(b, write, func() {
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
	})
	b.ReportMetric(float64(raw)/float64(our), "x/raw")
	b.ReportMetric(float64(len(shards)), "shards")
}
