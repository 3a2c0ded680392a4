package guard

import (
	"encoding/binary"

	pipepb "github.com/apache/beam/sdks/v2/go/pkg/beam/model/pipeline_v1"
)

// rowValues reads the strings, and the bytes as strings, of a row in Beam's row encoding: what a cross-language
// transform's payload is made of. It never trusts a length, so that a payload of any bytes can't make it fail or grow,
// and reports false for a row that it can't read to the end.
func rowValues(schema *pipepb.Schema, row []byte) (values, bool) {
	if schema == nil || schema.GetEncodingPositionsSet() {
		return nil, false
	}
	r := &rowReader{rest: row}
	out := values{}
	r.row(schema, out)
	return out, !r.failed && len(r.rest) == 0
}

type rowReader struct {
	rest   []byte
	failed bool
}

// row reads one row. It keeps the fields if out is not nil.
func (r *rowReader) row(schema *pipepb.Schema, out values) {
	fields := schema.GetFields()
	if r.number() != uint64(len(fields)) {
		r.failed = true
		return
	}
	nulls := r.bytes(r.number())
	for i, field := range fields {
		if i/8 < len(nulls) && nulls[i/8]>>(i%8)&1 == 1 {
			continue
		}
		text := r.value(field.GetType())
		if out == nil || text == "" {
			continue
		}
		if _, twice := out[field.GetName()]; twice {
			r.failed = true
		}
		out[field.GetName()] = text
	}
}

// value reads a value that is not null and returns it if it is text.
func (r *rowReader) value(t *pipepb.FieldType) string {
	if r.failed {
		return ""
	}
	switch kind := t.GetTypeInfo().(type) {
	case *pipepb.FieldType_AtomicType:
		return r.atomic(kind.AtomicType)
	case *pipepb.FieldType_LogicalType:
		return r.value(kind.LogicalType.GetRepresentation())
	case *pipepb.FieldType_RowType:
		r.row(kind.RowType.GetSchema(), nil)
	case *pipepb.FieldType_ArrayType:
		r.each(kind.ArrayType.GetElementType())
	case *pipepb.FieldType_IterableType:
		r.each(kind.IterableType.GetElementType())
	case *pipepb.FieldType_MapType:
		r.each(kind.MapType.GetKeyType(), kind.MapType.GetValueType())
	default:
		r.failed = true
	}
	return ""
}

// each reads a counted sequence, whose elements have one part or, in a map, two. Every element has at least one byte,
// so that a count of billions ends with the row.
func (r *rowReader) each(parts ...*pipepb.FieldType) {
	count := r.bytes(4)
	if r.failed {
		return
	}
	for n := binary.BigEndian.Uint32(count); n > 0 && !r.failed; n-- {
		for _, part := range parts {
			if !part.GetNullable() || r.present() {
				r.value(part)
			}
		}
	}
}

// present reads the byte before an element that may be null.
func (r *rowReader) present() bool {
	mark := r.bytes(1)
	return !r.failed && mark[0] != 0
}

func (r *rowReader) atomic(t pipepb.AtomicType) string {
	switch t {
	case pipepb.AtomicType_STRING, pipepb.AtomicType_BYTES:
		return string(r.bytes(r.number()))
	case pipepb.AtomicType_INT16, pipepb.AtomicType_INT32, pipepb.AtomicType_INT64:
		r.number()
	case pipepb.AtomicType_BYTE, pipepb.AtomicType_BOOLEAN:
		r.bytes(1)
	case pipepb.AtomicType_FLOAT:
		r.bytes(4)
	case pipepb.AtomicType_DOUBLE:
		r.bytes(8)
	default:
		r.failed = true
	}
	return ""
}

func (r *rowReader) number() uint64 {
	n, size := binary.Uvarint(r.rest)
	if size <= 0 {
		r.failed = true
		return 0
	}
	r.rest = r.rest[size:]
	return n
}

func (r *rowReader) bytes(n uint64) []byte {
	if n > uint64(len(r.rest)) {
		r.failed = true
		return nil
	}
	out := r.rest[:n]
	r.rest = r.rest[n:]
	return out
}
