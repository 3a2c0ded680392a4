package avroio_test

import (
	"fmt"
	"io"
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	beamavroio "github.com/apache/beam/sdks/v2/go/pkg/beam/io/avroio"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"
	"github.com/linkedin/goavro/v2"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/avroio"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/benchpair"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/conformance/filetest"
)

func init() { register.Function2x0(makeEntries) }

const (
	benchRows   = 200_000
	benchSchema = `{"type":"record","name":"entry","fields":[{"name":"id","type":"long"},{"name":"account","type":"string"},` +
		`{"name":"amount","type":"double"},{"name":"currency","type":{"type":"enum","name":"currency","symbols":["EUR","USD"]}},` +
		`{"name":"note","type":["null","string"]}]}`
)

// entry is a row of the benchmarks as Avro's JSON.
func entry(i int) string {
	return fmt.Sprintf(`{"id":%d,"account":"DE%020d","amount":%d.25,"currency":"EUR","note":{"string":"transfer no. %d"}}`, i, i*7919, i, i)
}

// makeEntries makes rows in the pipeline.
func makeEntries(n int, emit func(string)) {
	for i := range n {
		emit(entry(i))
	}
}

func benchPipeline(b *testing.B, write func(beam.Scope, beam.PCollection)) {
	b.Helper()
	if err := filetest.Run(b, func(s beam.Scope) { write(s, beam.ParDo(s, makeEntries, beam.Create(s, benchRows))) }); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkVsBeamAvro reports as x/beam how many times faster WriteSharded is than Beam's Write, which writes one file: its time
// through ours, for the same rows, runner and server. More is better.
func BenchmarkVsBeamAvro(b *testing.B) {
	w := filetest.New(b)
	benchpair.Quiet(b)
	benchpair.Run(b, func() {
		benchPipeline(b, func(s beam.Scope, col beam.PCollection) {
			avroio.WriteSharded(s, w.Object(b, "ours"), benchSchema, col)
		})
	}, benchpair.Other{Unit: "x/beam", Run: func() {
		benchPipeline(b, func(s beam.Scope, col beam.PCollection) {
			beamavroio.Write(s, "gs://"+filetest.Bucket+"/theirs", benchSchema, col)
		})
	}})
}

// BenchmarkVsRawAvro reports as x/raw how fast WriteSharded is compared with the Avro library and the storage client, called by hand
// for the same rows in as many files at once: their time through ours, so 1 would be as fast. The rows are JSON for both;
// the pipeline is a part of ours only. More is better.
func BenchmarkVsRawAvro(b *testing.B) {
	w := filetest.New(b)
	benchpair.Quiet(b)
	write := func() {
		benchPipeline(b, func(s beam.Scope, col beam.PCollection) {
			avroio.WriteSharded(s, w.Object(b, "ours"), benchSchema, col)
		})
	}
	write()
	files := len(w.Visible(b))
	benchpair.Run(b, write, benchpair.Other{Unit: "x/raw", Run: func() {
		w.Upload(b, files, func(i int, to io.Writer) error { return rawFile(i*benchRows/files, (i+1)*benchRows/files, to) })
	}})
	b.ReportMetric(float64(files), "files")
}

// rawFile writes rows by the library's own writer, in blocks of a good size.
func rawFile(from, until int, to io.Writer) error {
	codec, err := goavro.NewCodec(benchSchema)
	if err != nil {
		return err
	}
	file, err := goavro.NewOCFWriter(goavro.OCFConfig{Codec: codec, CompressionName: goavro.CompressionSnappyLabel, W: to})
	if err != nil {
		return err
	}
	var block []any
	for i := from; i < until; i++ {
		row, _, err := codec.NativeFromTextual([]byte(entry(i)))
		if err != nil {
			return err
		}
		if block = append(block, row); len(block) == 1000 || i == until-1 {
			if err := file.Append(block); err != nil {
				return err
			}
			block = block[:0]
		}
	}
	return nil
}
