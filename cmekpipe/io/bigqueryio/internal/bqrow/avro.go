package bqrow

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"reflect"
	"strconv"
	"time"

	"cloud.google.com/go/bigquery"
	"cloud.google.com/go/civil"
)

// AvroHeader is the beginning of an Avro file, and the marker that ends each of its blocks.
// Source: https://avro.apache.org/docs/1.12.0/specification/#object-container-files.
type AvroHeader struct {
	Text []byte
	Sync [16]byte
}

// NewAvroHeader returns the header of a file of rows, without compression and with a random marker.
func (t Type) NewAvroHeader() (h AvroHeader, err error) {
	schema, err := avroSchema(t.columns)
	if err != nil {
		return h, err
	}
	rand.Read(h.Sync[:]) //nolint:errcheck // never fails
	h.Text = append(h.Text, "Obj\x01"...)
	h.Text = binary.AppendVarint(h.Text, 2)
	for _, text := range []string{"avro.schema", schema, "avro.codec", "null"} {
		h.Text = appendAvroBytes(h.Text, []byte(text))
	}
	h.Text = append(h.Text, 0)
	h.Text = append(h.Text, h.Sync[:]...)
	return h, nil
}

// AppendAvro appends a struct in Avro's binary encoding. After a refusal the caller drops what was appended.
func (t Type) AppendAvro(b []byte, row reflect.Value) ([]byte, *Refusal) {
	return appendAvro(b, t.columns, row)
}

// avroSchema describes the rows of [Type.AppendAvro] in JSON, with the attributes that mark BigQuery's own types.
// Source: https://docs.cloud.google.com/bigquery/docs/loading-data-cloud-storage-avro#avro_conversions.
func avroSchema(columns []column) (string, error) {
	record, err := avroRecord("Row", columns)
	if err != nil {
		return "", err
	}
	text, err := json.Marshal(record)
	return string(text), err
}

type avroMap = map[string]any

func avroRecord(name string, columns []column) (avroMap, error) {
	fields := []avroMap{}
	for i := range columns {
		c := &columns[i]
		typ, err := avroTypeOf(c, name+"_"+strconv.Itoa(i+1))
		if err != nil {
			return nil, err
		}
		switch {
		case c.repeated:
			typ = avroMap{"type": "array", "items": typ}
		case !c.required:
			typ = []any{"null", typ}
		}
		fields = append(fields, avroMap{"name": c.name, "type": typ})
	}
	return avroMap{"type": "record", "name": name, "fields": fields}, nil
}

func avroTypeOf(c *column, name string) (any, error) {
	switch c.typ {
	case bigquery.RecordFieldType:
		return avroRecord(name, c.fields)
	case bigquery.IntegerFieldType:
		return "long", nil
	case bigquery.FloatFieldType:
		return "double", nil
	case bigquery.BooleanFieldType:
		return "boolean", nil
	case bigquery.StringFieldType:
		return "string", nil
	case bigquery.BytesFieldType:
		return "bytes", nil
	case bigquery.JSONFieldType, bigquery.GeographyFieldType, bigquery.DateTimeFieldType:
		return avroMap{"type": "string", "sqlType": string(c.typ)}, nil
	case bigquery.TimestampFieldType:
		return avroMap{"type": "long", "logicalType": "timestamp-micros"}, nil
	case bigquery.DateFieldType:
		return avroMap{"type": "int", "logicalType": "date"}, nil
	case bigquery.TimeFieldType:
		return avroMap{"type": "long", "logicalType": "time-micros"}, nil
	case bigquery.NumericFieldType:
		return avroMap{"type": "bytes", "logicalType": "decimal", "precision": 38, "scale": 9}, nil
	case bigquery.BigNumericFieldType:
		return avroMap{"type": "bytes", "logicalType": "decimal", "precision": 77, "scale": 38}, nil
	}
	return nil, fmt.Errorf("got column %s of type %s, which Avro files don't have", c.name, c.typ)
}

// Source: https://avro.apache.org/docs/1.12.0/specification/#binary-encoding.
func appendAvro(b []byte, columns []column, row reflect.Value) (_ []byte, bad *Refusal) {
	for i := range columns {
		c := &columns[i]
		field, ok := c.of(row)
		switch {
		case c.repeated:
			b, bad = c.appendArray(b, field, ok)
		default:
			b, bad = c.appendUnion(b, field, ok)
		}
		if bad != nil {
			return b, bad.in(c.name)
		}
	}
	return b, nil
}

// appendArray appends one block of all elements, if there are some, and the empty one that ends an array.
func (c *column) appendArray(b []byte, field reflect.Value, ok bool) (_ []byte, bad *Refusal) {
	if ok && field.Len() > 0 {
		b = binary.AppendVarint(b, int64(field.Len()))
		for i := range field.Len() {
			x, ok := c.one(field.Index(i))
			if !ok && !c.emptyBytes() {
				return b, &Refusal{Why: "got null among repeated values"}
			}
			if b, bad = c.appendAvroValue(b, x); bad != nil {
				return b, bad
			}
		}
	}
	return append(b, 0), nil
}

func (c *column) appendUnion(b []byte, field reflect.Value, ok bool) ([]byte, *Refusal) {
	x := field
	if ok {
		x, ok = c.one(field)
		ok = ok || c.required && c.emptyBytes()
	}
	switch {
	case !ok && c.required:
		return b, &Refusal{Why: "got null, want a value"}
	case !ok:
		return binary.AppendVarint(b, 0), nil
	case !c.required:
		b = binary.AppendVarint(b, 1)
	}
	return c.appendAvroValue(b, x)
}

func (c *column) appendAvroValue(b []byte, x reflect.Value) (_ []byte, bad *Refusal) {
	switch {
	case c.fields != nil:
		return appendAvro(b, c.fields, reflect.Indirect(x))
	case c.get.long != nil:
		n, bad := c.get.long(x)
		return binary.AppendVarint(b, n), bad
	case c.get.text != nil:
		s, bad := c.get.text(x)
		if bad != nil {
			return b, bad
		}
		return c.appendAvroText(b, s), nil
	case c.get.flag != nil:
		if c.get.flag(x) {
			return append(b, 1), nil
		}
		return append(b, 0), nil
	case c.get.double != nil:
		return binary.LittleEndian.AppendUint64(b, math.Float64bits(c.get.double(x))), nil
	}
	return appendAvroBytes(b, c.get.bytes(x)), nil
}

// appendAvroText appends text, or the Avro form of a type that is text in protobuf.
func (c *column) appendAvroText(b []byte, s string) []byte {
	switch c.typ {
	case bigquery.NumericFieldType, bigquery.BigNumericFieldType:
		return appendAvroBytes(b, twosComplement(unscaled(s)))
	case bigquery.TimeFieldType:
		t, _ := civil.ParseTime(s) // s comes from CivilTimeString
		micros := time.Duration(t.Hour)*time.Hour + time.Duration(t.Minute)*time.Minute +
			time.Duration(t.Second)*time.Second + time.Duration(t.Nanosecond)
		return binary.AppendVarint(b, micros.Microseconds())
	}
	return append(binary.AppendVarint(b, int64(len(s))), s...)
}

func appendAvroBytes(b, data []byte) []byte {
	return append(binary.AppendVarint(b, int64(len(data))), data...)
}

// twosComplement returns a number in as few bytes as hold it and its sign, the highest first.
func twosComplement(n *big.Int) []byte {
	size := n.BitLen()/8 + 1
	if n.Sign() < 0 {
		n = new(big.Int).Add(n, new(big.Int).Lsh(big.NewInt(1), uint(size)*8))
	}
	return n.FillBytes(make([]byte, size))
}
