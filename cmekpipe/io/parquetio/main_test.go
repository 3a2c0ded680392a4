package parquetio_test

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/testing/ptest"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/parquetio"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/conformance/filetest"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/conformance/parquetrows"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/shortpause"
)

func TestMain(m *testing.M) {
	register.Function1x1(toRow)
	beam.RegisterType(reflect.TypeFor[row]())
	shortpause.Enable()
	ptest.Main(m)
}

// row is a row with a line.
type row struct {
	Line string  `parquet:"name=line, type=BYTE_ARRAY, convertedtype=UTF8"`
	Size int64   `parquet:"name=size, type=INT64"`
	Note *string `parquet:"name=note, type=BYTE_ARRAY, convertedtype=UTF8"`
}

func toRow(line string) row { return row{Line: line, Size: int64(len(line))} }

// readArrow reads a file with a reader that is not this module's, and returns each row as JSON.
func readArrow(t testing.TB, data []byte) []json.RawMessage {
	t.Helper()
	rows, err := parquetrows.Read(data)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func lines(t testing.TB, data []byte) (lines []string) {
	t.Helper()
	for _, text := range readArrow(t, data) {
		var r struct {
			Line string
			Size int64
			Note *string
		}
		if err := json.Unmarshal(text, &r); err != nil {
			t.Fatal(err)
		}
		if r.Size != int64(len(r.Line)) || r.Note != nil {
			t.Errorf("got row %s", text)
		}
		lines = append(lines, r.Line)
	}
	return lines
}

func TestWrite(t *testing.T) {
	filetest.Connector{Op: "parquetio.Write", Lines: lines, Calls: []string{"insert"},
		Single: func(name string) string { return name },
		Write: func(s beam.Scope, object cmekpipe.Object, lines beam.PCollection, _ int) {
			parquetio.Write(s, object, beam.ParDo(s, toRow, lines))
		}}.Run(t)
}

func TestWriteSharded(t *testing.T) {
	filetest.Connector{Op: "parquetio.WriteSharded", Suffix: ".parquet", Lines: lines,
		Write: func(s beam.Scope, prefix cmekpipe.Object, lines beam.PCollection, numbered int) {
			var opts []parquetio.WriteOption
			if numbered != 0 {
				opts = append(opts, parquetio.WithNumShards(numbered))
			}
			parquetio.WriteSharded(s, prefix, beam.ParDo(s, toRow, lines), opts...)
		}}.Run(t)
}

func TestTempFolderInAnotherBucket(t *testing.T) {
	filetest.RequireTempFolder(t, map[string]func(beam.Scope, cmekpipe.Object, beam.PCollection, cmekpipe.Object){
		"sharded": func(s beam.Scope, to cmekpipe.Object, lines beam.PCollection, temp cmekpipe.Object) {
			parquetio.WriteSharded(s, to, beam.ParDo(s, toRow, lines), parquetio.WithTempFolder(temp))
		},
		"numbered": func(s beam.Scope, to cmekpipe.Object, lines beam.PCollection, temp cmekpipe.Object) {
			parquetio.WriteSharded(s, to, beam.ParDo(s, toRow, lines), parquetio.WithTempFolder(temp), parquetio.WithNumShards(2))
		},
		"one object": func(s beam.Scope, to cmekpipe.Object, lines beam.PCollection, temp cmekpipe.Object) {
			parquetio.Write(s, to, beam.ParDo(s, toRow, lines), parquetio.WithTempFolder(temp))
		},
	})
}
