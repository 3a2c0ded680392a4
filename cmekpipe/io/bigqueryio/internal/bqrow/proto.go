package bqrow

import (
	"math"
	"reflect"

	"cloud.google.com/go/bigquery"
	"google.golang.org/protobuf/encoding/protowire"
)

// number gives columns the tags of their fields in protobuf, from 1 on.
func number(columns []column) {
	for i := range columns {
		columns[i].tag = protowire.EncodeTag(protowire.Number(i+1), wireType(&columns[i]))
	}
}

func wireType(c *column) protowire.Type {
	switch {
	case c.get.long != nil, c.get.flag != nil:
		return protowire.VarintType
	case c.get.double != nil:
		return protowire.Fixed64Type
	}
	return protowire.BytesType
}

// AppendProto appends a struct as a message of [Type.Descriptor]. After a refusal the caller drops what was appended.
func (t Type) AppendProto(b []byte, row reflect.Value) ([]byte, *Refusal) {
	return appendProto(b, t.columns, row)
}

func appendProto(b []byte, columns []column, row reflect.Value) ([]byte, *Refusal) {
	for i := range columns {
		c := &columns[i]
		field, ok := c.of(row)
		if !ok {
			if c.required {
				return b, &Refusal{c.name, "got null, want a value"}
			}
			continue
		}
		var bad *Refusal
		if c.repeated {
			b, bad = c.appendMany(b, field)
		} else {
			b, bad = c.appendSingle(b, field)
		}
		if bad != nil {
			return b, bad.in(c.name)
		}
	}
	return b, nil
}

func (c *column) appendMany(b []byte, field reflect.Value) ([]byte, *Refusal) {
	for i := range field.Len() {
		x, ok := c.one(field.Index(i))
		if !ok && !c.emptyBytes() {
			return b, &Refusal{Why: "got null among repeated values"}
		}
		var bad *Refusal
		if b, bad = c.appendValue(b, x); bad != nil {
			return b, bad
		}
	}
	return b, nil
}

func (c *column) appendSingle(b []byte, field reflect.Value) ([]byte, *Refusal) {
	x, ok := c.one(field)
	if ok || c.required && c.emptyBytes() {
		return c.appendValue(b, x)
	}
	if c.required {
		return b, &Refusal{Why: "got null, want a value"}
	}
	return b, nil
}

// emptyBytes reports whether nil stands for no bytes, where null can't be meant.
func (c *column) emptyBytes() bool { return c.typ == bigquery.BytesFieldType }

func (c *column) appendValue(b []byte, x reflect.Value) (_ []byte, bad *Refusal) {
	b = protowire.AppendVarint(b, c.tag)
	switch {
	case c.fields != nil:
		return c.appendRecord(b, x)
	case c.get.long != nil:
		var n int64
		n, bad = c.get.long(x)
		return protowire.AppendVarint(b, uint64(n)), bad
	case c.get.text != nil:
		var s string
		s, bad = c.get.text(x)
		return protowire.AppendString(b, s), bad
	case c.get.flag != nil:
		return protowire.AppendVarint(b, protowire.EncodeBool(c.get.flag(x))), nil
	case c.get.double != nil:
		return protowire.AppendFixed64(b, math.Float64bits(c.get.double(x))), nil
	}
	return protowire.AppendBytes(b, c.get.bytes(x)), nil
}

// appendRecord appends a message and then makes room for its length before it.
func (c *column) appendRecord(b []byte, x reflect.Value) ([]byte, *Refusal) {
	start := len(b)
	b, bad := appendProto(b, c.fields, reflect.Indirect(x))
	if bad != nil {
		return b, bad
	}
	size := len(b) - start
	b = append(b, make([]byte, protowire.SizeVarint(uint64(size)))...)
	copy(b[len(b)-size:], b[start:start+size])
	protowire.AppendVarint(b[:start], uint64(size))
	return b, nil
}
