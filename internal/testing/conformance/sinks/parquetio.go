package sinks

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/parquetio"
	"github.com/cmekpipe/cmekpipe-go/internal/destination"
	"github.com/cmekpipe/cmekpipe-go/internal/dofn"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/conformance"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/conformance/parquetrows"
)

func init() {
	beam.RegisterType(reflect.TypeFor[parquetRow]())
	dofn.Register1x1[conformance.Row, parquetRow](&parquetFn{})
}

// ParquetIOSharded is parquetio.WriteSharded where the runner decides on shards.
func ParquetIOSharded() conformance.Harness {
	h := TextIOSharded()
	h.Name = "parquetio.WriteSharded"
	h.New = func(_ testing.TB, cloud *cmektest.Cloud) conformance.Sink {
		return newParquetSink(cloud, textBucket, func(s beam.Scope, o cmekpipe.Object, col beam.PCollection) {
			parquetio.WriteSharded(s, o, col)
		})
	}
	return h
}

// ParquetIO is parquetio.Write.
func ParquetIO() conformance.Harness {
	return singleObject(ParquetIOSharded(), "parquetio.Write", func(cloud *cmektest.Cloud) conformance.Sink {
		return newParquetSink(cloud, textBucket, func(s beam.Scope, o cmekpipe.Object, col beam.PCollection) {
			parquetio.Write(s, o, col)
		})
	})
}

// parquetRow is a conformance.Row with tags.
type parquetRow struct {
	ID      int64  `parquet:"name=ID, type=INT64"`
	Payload string `parquet:"name=Payload, type=BYTE_ARRAY, convertedtype=UTF8"`
}

// parquetFn converts a row to a row with tags.
type parquetFn struct{}

// ProcessElement converts a row.
func (*parquetFn) ProcessElement(r conformance.Row) parquetRow { return parquetRow(r) }

// CMEKHelper tells guard that nothing is stored.
func (*parquetFn) CMEKHelper() destination.None { return destination.None{} }

// parquetSink is textSink with Parquet objects.
type parquetSink struct {
	textSink
	write func(beam.Scope, cmekpipe.Object, beam.PCollection)
}

func newParquetSink(cloud *cmektest.Cloud, bucket string, write func(beam.Scope, cmekpipe.Object, beam.PCollection)) *parquetSink {
	return &parquetSink{textSink{cloud: cloud, bucket: bucket}, write}
}

// Isolate returns a sink with a bucket of its own.
func (s *parquetSink) Isolate(tag string) conformance.Sink {
	return newParquetSink(s.cloud, s.bucket+"-"+tag, s.write)
}

// Write adds the connector.
func (s *parquetSink) Write(scope beam.Scope, name string, key cmekpipe.KeyName, rows beam.PCollection) {
	object, err := key.Object(s.Destination(name))
	if err != nil {
		panic(err)
	}
	s.write(scope, object, beam.ParDo(scope, &parquetFn{}, rows))
}

// Rows reads the objects.
func (s *parquetSink) Rows(t testing.TB, name string) (rows []conformance.Row) {
	t.Helper()
	for object, data := range s.objects(t, name) {
		texts, err := parquetrows.Read(data)
		if err != nil {
			t.Fatalf("%s: %v", object, err)
		}
		for _, text := range texts {
			var r conformance.Row
			if err := json.Unmarshal(text, &r); err != nil {
				t.Fatalf("%s: %v", object, err)
			}
			rows = append(rows, r)
		}
	}
	return rows
}
