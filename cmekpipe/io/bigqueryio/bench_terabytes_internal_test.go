package bigqueryio

import (
	"testing"
	"time"

	"cloud.google.com/go/bigquery"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
)

// BenchmarkTwoTerabytes writes 2 TB in 1,000 bundles to a region whose quotas and limits are the documented ones: 300 MB/s of
// throughput and 1 TB in a commit. One byte counts as 700 MB, so that little is stored; pauses move the cloud's clock.
func BenchmarkTwoTerabytes(b *testing.B) {
	const (
		bundles = 1000
		scale   = 700_000_000 // a row has 3 bytes
		window  = 300_000_000 * 600
	)
	for b.Loop() {
		s := newStageWith(b, bigquery.WriteAppend, true)
		s.SetBigQueryLimits(emulator.BigQueryLimits{BytesPerByte: scale, AppendBytes: window})
		commits := 0
		s.Inject(emulator.Fault{Method: emulator.BigQueryStorageBatchCommitWriteStreams,
			OnBegin: func(emulator.Method, string) { commits++ }})
		var passed time.Duration
		ctx := s.noWait(b, &passed)
		f := &pendingFn{streamed: streamed{rows: s.rows}}
		s.setup(b, f)
		var all []written
		var want []int64
		var bytes int64
		emit := func(_ int, w written) {
			w.Bytes *= scale
			bytes += w.Bytes
			all = append(all, w)
		}
		for id := range int64(bundles) {
			want = append(want, 1000+id)
			f.StartBundle(s.run, emit, noRefused)
			if err := f.ProcessElement(ctx, 0, item{1000 + id}, s.run, emit, noRefused); err != nil {
				b.Fatal(err)
			}
			if err := f.FinishBundle(ctx, s.run, emit, noRefused); err != nil {
				b.Fatal(err)
			}
		}
		if err := s.commit(b, all...); err != nil {
			b.Fatal(err)
		}
		s.requireIDs(b, want...)
		if bytes < 2_000_000_000_000 {
			b.Fatalf("got %d bytes, want 2 TB", bytes)
		}
		b.ReportMetric(float64(bytes)/1e12, "TB/op")
		b.ReportMetric(float64(commits), "commits/op")
		b.ReportMetric(passed.Minutes(), "waited-min/op")
	}
}
