package parquetio_test

import (
	"fmt"
	"io"
	"reflect"
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	beamparquetio "github.com/apache/beam/sdks/v2/go/pkg/beam/io/parquetio"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"
	"github.com/xitongsys/parquet-go/writer"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/parquetio"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/benchpair"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/conformance/filetest"
)

func init() {
	register.Function2x0(makeEntries)
	register.Emitter1[entry]()
	beam.RegisterType(reflect.TypeFor[entry]())
}

const benchRows = 200_000

// entry is a row of the benchmarks.
type entry struct {
	ID       int64   `parquet:"name=id, type=INT64"`
	Account  string  `parquet:"name=account, type=BYTE_ARRAY, convertedtype=UTF8"`
	Amount   float64 `parquet:"name=amount, type=DOUBLE"`
	Currency string  `parquet:"name=currency, type=BYTE_ARRAY, convertedtype=UTF8, encoding=PLAIN_DICTIONARY"`
	Note     *string `parquet:"name=note, type=BYTE_ARRAY, convertedtype=UTF8"`
}

func entryOf(i int) entry {
	note := fmt.Sprintf("transfer no. %d", i)
	return entry{ID: int64(i), Account: fmt.Sprintf("DE%020d", i*7919), Amount: float64(i) + 0.25, Currency: "EUR", Note: &note}
}

// makeEntries makes rows in the pipeline.
func makeEntries(n int, emit func(entry)) {
	for i := range n {
		emit(entryOf(i))
	}
}

func benchPipeline(b *testing.B, write func(beam.Scope, beam.PCollection)) {
	b.Helper()
	if err := filetest.Run(b, func(s beam.Scope) { write(s, beam.ParDo(s, makeEntries, beam.Create(s, benchRows))) }); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkVsBeamWrite reports as x/beam how many times faster WriteSharded is than Beam's Write, which writes one file: its time
// through ours, for the same rows, runner and server. More is better.
func BenchmarkVsBeamWrite(b *testing.B) {
	w := filetest.New(b)
	benchpair.Quiet(b)
	benchpair.Run(b, func() {
		benchPipeline(b, func(s beam.Scope, col beam.PCollection) { parquetio.WriteSharded(s, w.Object(b, "ours"), col) })
	}, benchpair.Other{Unit: "x/beam", Run: func() {
		benchPipeline(b, func(s beam.Scope, col beam.PCollection) {
			beamparquetio.Write(s, "gs://"+filetest.Bucket+"/theirs", col)
		})
	}})
}

// BenchmarkVsRaw reports as x/raw how fast WriteSharded is compared with the Parquet library and the storage client, called by hand for
// the same rows in as many files at once: their time through ours, so 1 would be as fast. The pipeline is a part of ours
// only. More is better.
func BenchmarkVsRaw(b *testing.B) {
	w := filetest.New(b)
	benchpair.Quiet(b)
	write := func() {
		benchPipeline(b, func(s beam.Scope, col beam.PCollection) { parquetio.WriteSharded(s, w.Object(b, "ours"), col) })
	}
	write()
	files := len(w.Visible(b))
	benchpair.Run(b, write, benchpair.Other{Unit: "x/raw", Run: func() {
		w.Upload(b, files, func(i int, to io.Writer) error { return rawFile(i*benchRows/files, (i+1)*benchRows/files, to) })
	}})
	b.ReportMetric(float64(files), "files")
}

// rawFile writes rows by the library's own writer, as Beam calls it.
func rawFile(from, until int, to io.Writer) error {
	file, err := writer.NewParquetWriterFromWriter(to, new(entry), 4)
	if err != nil {
		return err
	}
	for i := from; i < until; i++ {
		if err := file.Write(entryOf(i)); err != nil {
			return err
		}
	}
	return file.WriteStop()
}
