// Package avrosink has the harnesses of the conformance suite for package avroio. A row is Avro's JSON of a record, which for
// its types equals the output of encoding/json.
package avrosink

import (
	"bytes"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/linkedin/goavro/v2"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/avroio"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/conformance"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/conformance/sinks/objectsink"
)

// WriteSharded is avroio.WriteSharded with as many files as the runner chooses.
func WriteSharded() conformance.Harness {
	return objectsink.Sharded("avroio.WriteSharded", format(avroio.WriteSharded))
}

// Write is avroio.Write, which writes one shard.
func Write() conformance.Harness { return objectsink.Harness("avroio.Write", format(avroio.Write)) }

func format(write func(beam.Scope, cmekpipe.Object, string, beam.PCollection, ...avroio.WriteOption)) objectsink.Format {
	return objectsink.Format{
		Write: func(s beam.Scope, object cmekpipe.Object, rows beam.PCollection) {
			write(s, object, schema, objectsink.Lines(s, rows))
		},
		Read: read,
	}
}

const schema = `{"type":"record","name":"row","fields":[{"name":"ID","type":"long"},{"name":"Payload","type":"string"}]}`

// read reads a file with the library's own reader.
func read(data []byte) (rows []conformance.Row, err error) {
	file, err := goavro.NewOCFReader(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	for file.Scan() {
		fields, err := file.Read()
		if err != nil {
			return nil, err
		}
		row := fields.(map[string]any)
		rows = append(rows, conformance.Row{ID: row["ID"].(int64), Payload: row["Payload"].(string)})
	}
	return rows, file.Err()
}
