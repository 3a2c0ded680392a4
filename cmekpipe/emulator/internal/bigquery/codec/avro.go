package codec

import (
	"encoding/binary"
	"encoding/json"
	"math"
	"math/big"
	"strconv"

	"cloud.google.com/go/civil"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/bigquery/sql"
)

// Avro encodes columns of a table as the Storage Read API does. It is immutable and may be used by many goroutines. Use
// [Shape.Avro].
type Avro struct {
	shape  *Shape
	picked []int
	schema string
}

// Avro prepares the columns of the given numbers.
func (s *Shape) Avro(picked []int) (*Avro, error) {
	text, err := json.Marshal(s.avroRecord("__root__", picked))
	return &Avro{s, picked, string(text)}, err
}

// Schema returns the schema as JSON.
func (a *Avro) Schema() string { return a.schema }

// Append appends rows, one after the other.
func (a *Avro) Append(to []byte, rows []Row) []byte {
	for _, row := range rows {
		for _, at := range a.picked {
			to = a.shape.fields[at].appendAvro(to, row[at])
		}
	}
	return to
}

func (s *Shape) every() []int {
	all := make([]int, len(s.fields))
	for i := range all {
		all[i] = i
	}
	return all
}

// avroRecord is a schema of a record. Source:
// https://docs.cloud.google.com/bigquery/docs/reference/storage#avro_schema_details.
func (s *Shape) avroRecord(name string, picked []int) map[string]any {
	fields := make([]any, len(picked))
	for i, at := range picked {
		f := &s.fields[at]
		var typ any = f.avroType(name + "_" + strconv.Itoa(at))
		switch {
		case f.Type.Array:
			typ = map[string]any{"type": "array", "items": typ}
		case !f.Required:
			typ = []any{"null", typ}
		}
		fields[i] = map[string]any{"name": f.Name, "type": typ}
	}
	return map[string]any{"type": "record", "name": name, "fields": fields}
}

func (f *field) avroType(record string) any {
	switch f.Type.Kind {
	case sql.Bool:
		return "boolean"
	case sql.Int64:
		return "long"
	case sql.Float64:
		return "double"
	case sql.Bytes:
		return "bytes"
	case sql.Numeric:
		return map[string]any{"type": "bytes", "logicalType": "decimal", "precision": 38, "scale": numericScale}
	case sql.BigNumeric:
		return map[string]any{"type": "bytes", "logicalType": "decimal", "precision": 77, "scale": bigNumericScale}
	case sql.Date:
		return map[string]any{"type": "int", "logicalType": "date"}
	case sql.Time:
		return map[string]any{"type": "long", "logicalType": "time-micros"}
	case sql.Timestamp:
		return map[string]any{"type": "long", "logicalType": "timestamp-micros"}
	case sql.DateTime:
		return map[string]any{"type": "string", "logicalType": "datetime"}
	case sql.Geography, sql.JSON:
		return map[string]any{"type": "string", "sqlType": string(f.Type.Kind)}
	case sql.Struct:
		return f.inner.avroRecord(record, f.inner.every())
	}
	return "string"
}

func (f *field) appendAvro(to []byte, value sql.Value) []byte {
	if f.Type.Array {
		elements, _ := value.([]sql.Value)
		if len(elements) > 0 {
			to = binary.AppendVarint(to, int64(len(elements)))
			for _, element := range elements {
				to = f.appendAvroOne(to, element)
			}
		}
		return append(to, 0)
	}
	if f.Required {
		return f.appendAvroOne(to, value)
	}
	if value == nil {
		return append(to, 0)
	}
	return f.appendAvroOne(append(to, 2), value)
}

func (f *field) appendAvroOne(to []byte, value sql.Value) []byte {
	switch v := value.(type) {
	case bool:
		if v {
			return append(to, 1)
		}
		return append(to, 0)
	case int64:
		return binary.AppendVarint(to, v)
	case float64:
		return binary.LittleEndian.AppendUint64(to, math.Float64bits(v))
	case string:
		return append(binary.AppendVarint(to, int64(len(v))), v...)
	case []byte:
		return append(binary.AppendVarint(to, int64(len(v))), v...)
	case *big.Rat:
		scale := numericScale
		if f.Type.Kind == sql.BigNumeric {
			scale = bigNumericScale
		}
		data := signedBytes(unitsIn(v, scale))
		return append(binary.AppendVarint(to, int64(len(data))), data...)
	case civil.Date:
		return binary.AppendVarint(to, int64(daysOf(v)))
	case civil.Time:
		return binary.AppendVarint(to, microsOf(v))
	case civil.DateTime:
		text := AppendText(nil, sql.DateTime, v)
		return append(binary.AppendVarint(to, int64(len(text))), text...)
	case Row:
		for i := range f.inner.fields {
			to = f.inner.fields[i].appendAvro(to, v[i])
		}
		return to
	}
	return binary.AppendVarint(to, instantOf(value))
}

// signedBytes is a number in two's complement, the highest byte first, as short as can be.
func signedBytes(n *big.Int) []byte {
	if n.Sign() >= 0 {
		return append(make([]byte, 1), n.Bytes()...)
	}
	size := uint(n.BitLen()/8 + 1)
	return new(big.Int).Add(n, new(big.Int).Lsh(big.NewInt(1), 8*size)).Bytes()
}
