// Package parquetsink has the harnesses of the conformance suite for package parquetio.
package parquetsink

import (
	"encoding/json"
	"reflect"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/parquetio"
	"github.com/cmekpipe/cmekpipe-go/internal/destination"
	"github.com/cmekpipe/cmekpipe-go/internal/dofn"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/conformance"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/conformance/parquetrows"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/conformance/sinks/objectsink"
)

func init() {
	beam.RegisterType(reflect.TypeFor[row]())
	dofn.Register1x1[conformance.Row, row](&rowFn{})
}

// WriteSharded is parquetio.WriteSharded where the runner decides on shards.
func WriteSharded() conformance.Harness {
	return objectsink.Sharded("parquetio.WriteSharded", format(func(s beam.Scope, o cmekpipe.Object, rows beam.PCollection) {
		parquetio.WriteSharded(s, o, rows)
	}))
}

// Write is parquetio.Write.
func Write() conformance.Harness {
	return objectsink.Harness("parquetio.Write", format(func(s beam.Scope, o cmekpipe.Object, rows beam.PCollection) {
		parquetio.Write(s, o, rows)
	}))
}

func format(write func(beam.Scope, cmekpipe.Object, beam.PCollection)) objectsink.Format {
	return objectsink.Format{
		Write: func(s beam.Scope, object cmekpipe.Object, rows beam.PCollection) {
			write(s, object, beam.ParDo(s, &rowFn{}, rows))
		},
		Read: read,
	}
}

// row is a conformance.Row with tags.
type row struct {
	ID      int64  `parquet:"name=ID, type=INT64"`
	Payload string `parquet:"name=Payload, type=BYTE_ARRAY, convertedtype=UTF8"`
}

// rowFn converts a row to a row with tags.
type rowFn struct{}

// ProcessElement converts a row.
func (*rowFn) ProcessElement(r conformance.Row) row { return row(r) }

// CMEKHelper tells guard that nothing is stored.
func (*rowFn) CMEKHelper() destination.None { return destination.None{} }

func read(data []byte) (rows []conformance.Row, err error) {
	texts, err := parquetrows.Read(data)
	if err != nil {
		return nil, err
	}
	for _, text := range texts {
		var r conformance.Row
		if err := json.Unmarshal(text, &r); err != nil {
			return nil, err
		}
		rows = append(rows, r)
	}
	return rows, nil
}
