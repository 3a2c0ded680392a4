package codec

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/big"
	"strings"
	"time"

	"cloud.google.com/go/civil"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/bigquery/sql"
)

// avroType is a type of an Avro schema: the column that it makes and how a value is read. A value that does not fit fails
// the input.
type avroType struct {
	sql.Field
	read   func(*avroInput) sql.Value
	fields []avroType // of a record
}

// avroParser parses one schema.
type avroParser struct {
	logical bool
	named   map[string]avroType
}

// parseAvro parses a schema, whose root must be a record.
func parseAvro(text []byte, logical bool) (avroType, error) {
	var schema any
	if err := json.Unmarshal(text, &schema); err != nil {
		return avroType{}, errors.New("the schema of the Avro file is no JSON")
	}
	p := &avroParser{logical, make(map[string]avroType)}
	root, err := p.parse(schema)
	if err == nil && (root.Type.Kind != sql.Struct || root.Type.Array || !root.Required) {
		err = errors.New("the root of the Avro schema is no record")
	}
	return root, err
}

func (p *avroParser) parse(schema any) (avroType, error) {
	switch s := schema.(type) {
	case string:
		return p.name(s)
	case []any:
		return p.union(s)
	case map[string]any:
		return p.object(s)
	}
	return avroType{}, errors.New("malformed Avro schema")
}

func required(kind sql.Kind, read func(*avroInput) sql.Value) avroType {
	return avroType{Field: sql.Field{Type: sql.Type{Kind: kind}, Required: true}, read: read}
}

func (p *avroParser) name(name string) (avroType, error) {
	switch name {
	case "boolean":
		return required(sql.Bool, func(in *avroInput) sql.Value { return in.flag() }), nil
	case "int", "long":
		return required(sql.Int64, func(in *avroInput) sql.Value { return in.long() }), nil
	case "float":
		return required(sql.Float64, func(in *avroInput) sql.Value { return in.float() }), nil
	case "double":
		return required(sql.Float64, func(in *avroInput) sql.Value { return in.double() }), nil
	case "bytes":
		return required(sql.Bytes, func(in *avroInput) sql.Value { return append([]byte{}, in.bytes()...) }), nil
	case "string":
		return required(sql.String, func(in *avroInput) sql.Value { return string(in.bytes()) }), nil
	}
	if t, ok := p.named[name]; ok {
		return t, nil
	}
	return avroType{}, fmt.Errorf("the loopback BigQuery reads no Avro type %q", name)
}

// union is a type or null.
func (p *avroParser) union(s []any) (avroType, error) {
	null := -1
	for i, one := range s {
		if one == "null" {
			null = i
		}
	}
	if len(s) != 2 || null < 0 {
		return avroType{}, errors.New("the loopback BigQuery reads no Avro union but that of null and one type")
	}
	t, err := p.parse(s[1-null])
	if err != nil {
		return t, err
	}
	read, nothing := t.read, sql.Value(nil)
	if t.Type.Array {
		nothing = []sql.Value{}
	}
	t.Required = false
	t.read = func(in *avroInput) sql.Value {
		switch in.long() {
		case int64(null):
			return nothing
		case int64(1 - null):
			return read(in)
		}
		in.fail(errTruncated())
		return nil
	}
	return t, nil
}

func (p *avroParser) object(s map[string]any) (avroType, error) {
	name, _ := s["type"].(string)
	switch name {
	case "record":
		return p.record(s)
	case "array":
		return p.array(s)
	case "enum":
		return p.enum(s)
	case "fixed":
		size, _ := s["size"].(float64)
		t := required(sql.Bytes, func(in *avroInput) sql.Value { return append([]byte{}, in.take(int64(size))...) })
		return p.remember(s, p.annotated(t, s)), nil
	case "":
		return p.parse(s["type"])
	}
	t, err := p.name(name)
	return p.annotated(t, s), err
}

func (p *avroParser) remember(s map[string]any, t avroType) avroType {
	if name, ok := s["name"].(string); ok {
		p.named[name] = t
	}
	return t
}

func (p *avroParser) record(s map[string]any) (avroType, error) {
	list, _ := s["fields"].([]any)
	t := required(sql.Struct, nil)
	for _, one := range list {
		f, _ := one.(map[string]any)
		inner, err := p.parse(f["type"])
		if err != nil {
			return t, err
		}
		inner.Name, _ = f["name"].(string)
		t.fields = append(t.fields, inner)
	}
	t.Type.Fields = t.columns()
	fields := t.fields
	t.read = func(in *avroInput) sql.Value {
		row := make(Row, len(fields))
		for i := range fields {
			row[i] = fields[i].read(in)
		}
		return row
	}
	return p.remember(s, t), nil
}

func (t avroType) columns() []sql.Field {
	columns := make([]sql.Field, len(t.fields))
	for i, f := range t.fields {
		columns[i] = f.Field
	}
	return columns
}

func (p *avroParser) array(s map[string]any) (avroType, error) {
	item, err := p.parse(s["items"])
	if err != nil {
		return item, err
	}
	if item.Type.Array {
		return item, errors.New("the loopback BigQuery reads no Avro array of arrays")
	}
	t := avroType{Field: item.Field, fields: item.fields}
	t.Type.Array, t.Required = true, false
	t.read = func(in *avroInput) sql.Value {
		values := []sql.Value{}
		in.blocks(func() { values = append(values, item.read(in)) })
		return values
	}
	return t, nil
}

func (p *avroParser) enum(s map[string]any) (avroType, error) {
	symbols, _ := s["symbols"].([]any)
	return p.remember(s, required(sql.String, func(in *avroInput) sql.Value {
		i := in.long()
		if i < 0 || i >= int64(len(symbols)) {
			in.fail(errTruncated())
			return nil
		}
		return fmt.Sprint(symbols[i])
	})), nil
}

// annotated gives a type the meaning that its attributes have.
func (p *avroParser) annotated(t avroType, s map[string]any) avroType {
	if name, ok := s["sqlType"].(string); ok && t.Type.Kind == sql.String {
		return t.as(sql.Kind(strings.ToUpper(name)))
	}
	logical, _ := s["logicalType"].(string)
	switch {
	case logical == "decimal" && t.Type.Kind == sql.Bytes:
		scale, _ := s["scale"].(float64)
		precision, _ := s["precision"].(float64)
		return t.decimal(int(precision), int(scale))
	case !p.logical:
		return t
	case logical == "datetime" && t.Type.Kind == sql.String:
		return t.as(sql.DateTime)
	}
	if t.Type.Kind != sql.Int64 {
		return t
	}
	switch logical {
	case "date":
		return t.moment(sql.Date, 24*60*60*1e6)
	case "time-micros":
		return t.moment(sql.Time, 1)
	case "time-millis":
		return t.moment(sql.Time, 1000)
	case "timestamp-micros":
		return t.moment(sql.Timestamp, 1)
	case "timestamp-millis":
		return t.moment(sql.Timestamp, 1000)
	}
	return t
}

// as makes values of another type of the texts that t reads.
func (t avroType) as(kind sql.Kind) avroType {
	return required(kind, func(in *avroInput) sql.Value {
		text, _ := t.read(in).(string)
		value, ok := parse(kind, text)
		if !ok {
			in.fail(fmt.Errorf("could not convert a string to %s", kind))
		}
		return value
	})
}

// moment makes values of a date or time of the numbers that t reads, in units of some microseconds since 1970 or midnight.
func (t avroType) moment(kind sql.Kind, unit int64) avroType {
	return required(kind, func(in *avroInput) sql.Value {
		n := t.read(in).(int64)
		at := time.UnixMicro(n * unit).UTC()
		if n > math.MaxInt64/unit || n < math.MinInt64/unit || !inRange(at) ||
			kind == sql.Time && (n < 0 || at.Unix() >= 24*60*60) {
			in.fail(fmt.Errorf("a number is out of the range of %s", kind))
			return nil
		}
		switch kind {
		case sql.Date:
			return civil.DateOf(at)
		case sql.Time:
			return civil.TimeOf(at)
		}
		return at
	})
}

// decimal makes a NUMERIC, or a BIGNUMERIC where that is too small.
func (t avroType) decimal(precision, scale int) avroType {
	kind := sql.Numeric
	if scale > numericScale || precision-scale > numericDigits {
		kind = sql.BigNumeric
	}
	return required(kind, func(in *avroInput) sql.Value {
		data, _ := t.read(in).([]byte)
		value, ok := roundDecimal(kind, new(big.Rat).SetFrac(twosComplement(data), pow10(scale)))
		if !ok {
			in.fail(fmt.Errorf("a decimal is out of the range of %s", kind))
		}
		return value
	})
}

// into returns what reads a row for columns, which are matched by their names and must have the same types.
func (t avroType) into(columns []sql.Field) (func(*avroInput) (Row, error), error) {
	shape := NewShape(columns)
	at := make([]int, len(t.fields))
	for i, f := range t.fields {
		j, ok := shape.find([]byte(f.Name))
		if !ok {
			//lint:ignore ST1005 Google's words
			return nil, fmt.Errorf("Provided Schema does not match the Avro file: cannot add fields (field: %s)", f.Name)
		}
		if want := columns[j].Type; f.Type.String() != want.String() {
			//lint:ignore ST1005 Google's words
			return nil, fmt.Errorf("Provided Schema does not match the Avro file: field %s has changed type from %s to %s", f.Name, want, f.Type)
		}
		at[i] = j
	}
	return func(in *avroInput) (Row, error) {
		row := make(Row, len(columns))
		for i := range t.fields {
			row[at[i]] = t.fields[i].read(in)
		}
		if in.err != nil {
			return nil, in.err
		}
		return row, shape.complete(row)
	}, nil
}
