package sinks

import (
	"bytes"
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/linkedin/goavro/v2"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/avroio"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/conformance"
)

// AvroIOSharded is avroio.WriteSharded with as many files as the runner chooses. A row is Avro's JSON of a record,
// which for its types equals the output of encoding/json.
func AvroIOSharded() conformance.Harness {
	return avroHarness("avroio.WriteSharded", avroio.WriteSharded)
}

// AvroIO is avroio.Write, which writes one shard.
func AvroIO() conformance.Harness {
	h := avroHarness("avroio.Write", avroio.Write)
	h.Leaves = ""
	return h
}

func avroHarness(name string, write avroWrite) conformance.Harness {
	h := TextIOSharded()
	h.Name = name
	h.New = func(_ testing.TB, cloud *cmektest.Cloud) conformance.Sink {
		return &avroSink{textSink{cloud: cloud, bucket: textBucket}, write}
	}
	return h
}

type avroWrite func(beam.Scope, cmekpipe.Object, string, beam.PCollection, ...avroio.WriteOption)

const avroSchema = `{"type":"record","name":"row","fields":[{"name":"ID","type":"long"},{"name":"Payload","type":"string"}]}`

// avroSink is textSink with Avro objects.
type avroSink struct {
	textSink
	write avroWrite
}

// Isolate returns a sink with a bucket of its own.
func (s *avroSink) Isolate(tag string) conformance.Sink {
	return &avroSink{textSink{cloud: s.cloud, bucket: s.bucket + "-" + tag}, s.write}
}

// Write adds the connector.
func (s *avroSink) Write(scope beam.Scope, name string, key cmekpipe.KeyName, rows beam.PCollection) {
	object, err := key.Object(s.Destination(name))
	if err != nil {
		panic(err)
	}
	s.write(scope, object, avroSchema, beam.ParDo(scope, &lineFn{}, rows))
}

// Rows reads the files with the library's own reader.
func (s *avroSink) Rows(t testing.TB, name string) []conformance.Row {
	t.Helper()
	var rows []conformance.Row
	for _, data := range s.objects(t, name) {
		file, err := goavro.NewOCFReader(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		for file.Scan() {
			fields, err := file.Read()
			if err != nil {
				t.Fatal(err)
			}
			row := fields.(map[string]any)
			rows = append(rows, conformance.Row{ID: row["ID"].(int64), Payload: row["Payload"].(string)})
		}
		if file.Err() != nil {
			t.Fatal(file.Err())
		}
	}
	return rows
}
