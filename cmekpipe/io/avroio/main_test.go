package avroio_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/testing/ptest"
	"github.com/linkedin/goavro/v2"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/avroio"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/conformance/filetest"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/shortpause"
)

func TestMain(m *testing.M) {
	register.Function1x2(toRow)
	shortpause.Enable()
	ptest.Main(m)
}

// schema is of rows with a line each.
const schema = `{"type":"record","name":"row","fields":[{"name":"line","type":"string"},{"name":"size","type":"long"},{"name":"note","type":["null","string"],"default":null}]}`

// toRow makes a row of a line.
func toRow(line string) (string, error) {
	text, err := json.Marshal(map[string]any{"line": line, "size": len(line)})
	return string(text), err
}

// rows reads a file with the library's own reader.
func rows(t testing.TB, data []byte) (lines []string) {
	t.Helper()
	file, err := goavro.NewOCFReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	for file.Scan() {
		row, err := file.Read()
		if err != nil {
			t.Fatal(err)
		}
		fields := row.(map[string]any)
		if line := fields["line"].(string); fields["size"] != int64(len(line)) || fields["note"] != nil {
			t.Errorf("got row %v", fields)
		}
		lines = append(lines, fields["line"].(string))
	}
	if file.Err() != nil {
		t.Fatal(file.Err())
	}
	return lines
}

func TestWrite(t *testing.T) {
	filetest.Connector{Op: "avroio.Write", Lines: rows,
		Single: func(name string) string { return name + "-00000-of-00001.avro" },
		Write: func(s beam.Scope, prefix cmekpipe.Object, lines beam.PCollection, _ int) {
			avroio.Write(s, prefix, schema, beam.ParDo(s, toRow, lines))
		}}.Run(t)
}

func TestWriteSharded(t *testing.T) {
	filetest.Connector{Op: "avroio.WriteSharded", Suffix: ".avro", Lines: rows,
		Write: func(s beam.Scope, prefix cmekpipe.Object, lines beam.PCollection, numbered int) {
			var opts []avroio.WriteOption
			if numbered != 0 {
				opts = append(opts, avroio.WithNumShards(numbered))
			}
			avroio.WriteSharded(s, prefix, schema, beam.ParDo(s, toRow, lines), opts...)
		}}.Run(t)
}

func TestTempFolderInAnotherBucket(t *testing.T) {
	filetest.RequireTempFolder(t, map[string]func(beam.Scope, cmekpipe.Object, beam.PCollection, cmekpipe.Object){
		"sharded": func(s beam.Scope, to cmekpipe.Object, lines beam.PCollection, temp cmekpipe.Object) {
			avroio.WriteSharded(s, to, schema, beam.ParDo(s, toRow, lines), avroio.WithTempFolder(temp))
		},
		"numbered": func(s beam.Scope, to cmekpipe.Object, lines beam.PCollection, temp cmekpipe.Object) {
			avroio.WriteSharded(s, to, schema, beam.ParDo(s, toRow, lines), avroio.WithTempFolder(temp), avroio.WithNumShards(2))
		},
		"one object": func(s beam.Scope, to cmekpipe.Object, lines beam.PCollection, temp cmekpipe.Object) {
			avroio.Write(s, to, schema, beam.ParDo(s, toRow, lines), avroio.WithTempFolder(temp))
		},
	})
}
