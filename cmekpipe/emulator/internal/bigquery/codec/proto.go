package codec

import (
	"fmt"
	"strings"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/types/descriptorpb"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/bigquery/sql"
)

// Proto reads rows that are messages of a writer's schema, for a table. It is immutable and may be used by many
// goroutines. Use [Shape.Proto].
type Proto struct {
	shape  *Shape
	fields map[protowire.Number]*protoField
	want   []bool // columns that the messages have
}

type protoField struct {
	*field
	column int
	typ    descriptorpb.FieldDescriptorProto_Type
	many   bool
	record *Proto // of a struct
}

// ExtraField is a field of a writer's schema that names no column.
type ExtraField struct{ Path string }

// Error returns the text that BigQuery has for it.
func (e *ExtraField) Error() string {
	return "The source object has fields unknown to BigQuery: root." + e.Path + "."
}

// Proto prepares for the messages that a self-contained descriptor describes. It fails with an [*ExtraField] or says what
// fits no column.
func (s *Shape) Proto(d *descriptorpb.DescriptorProto) (*Proto, error) { return s.proto(d, scope{d}) }

// scope is the descriptors around a field, the outermost first, where the names of its type are looked for.
type scope []*descriptorpb.DescriptorProto

func (s *Shape) proto(d *descriptorpb.DescriptorProto, in scope) (*Proto, error) {
	p := &Proto{shape: s, fields: make(map[protowire.Number]*protoField), want: make([]bool, len(s.fields))}
	for _, f := range d.GetField() {
		name := f.GetName()
		i, ok := s.find([]byte(name))
		if !ok {
			return nil, &ExtraField{name}
		}
		own, err := s.protoField(i, f, in)
		if err != nil {
			return nil, err
		}
		p.fields[protowire.Number(f.GetNumber())] = own
		p.want[i] = true
	}
	for i := range s.fields {
		if f := &s.fields[i]; f.Required && !p.want[i] {
			//lint:ignore ST1005 Google's style
			return nil, fmt.Errorf("The required field %s is missing from the proto schema.", f.path)
		}
	}
	return p, nil
}

func (s *Shape) protoField(i int, d *descriptorpb.FieldDescriptorProto, in scope) (*protoField, error) {
	f := &s.fields[i]
	own := &protoField{
		field: f, column: i, typ: d.GetType(), many: d.GetLabel() == descriptorpb.FieldDescriptorProto_LABEL_REPEATED,
	}
	if own.many != f.Type.Array {
		//lint:ignore ST1005 Google's style
		return nil, fmt.Errorf("Proto schema mismatch: field %s is repeated in one of table and proto schema only.", f.path)
	}
	if f.Type.Kind != sql.Struct {
		if !fits(f.Type.Kind, own.typ) {
			//lint:ignore ST1005 Google's words
			return nil, fmt.Errorf("The proto field mismatched with BigQuery field at %s, the proto field type %s, BigQuery field type %s.",
				f.path, strings.ToLower(strings.TrimPrefix(own.typ.String(), "TYPE_")), f.Type.Kind)
		}
		return own, nil
	}
	if own.typ != descriptorpb.FieldDescriptorProto_TYPE_MESSAGE {
		//lint:ignore ST1005 Google's style
		return nil, fmt.Errorf("The proto field mismatched with BigQuery field at %s, want a message.", f.path)
	}
	record, inner := in.find(d.GetTypeName())
	if record == nil {
		//lint:ignore ST1005 Google's style
		return nil, fmt.Errorf("Invalid proto schema: the type %s of %s is not in it.", d.GetTypeName(), f.path)
	}
	var err error
	own.record, err = f.inner.proto(record, inner)
	return own, err
}

// find resolves the name of a message type, which is nested in one of the descriptors around.
func (in scope) find(name string) (*descriptorpb.DescriptorProto, scope) {
	parts := strings.Split(strings.TrimPrefix(name, "."), ".")
	for i := len(in) - 1; i >= 0; i-- {
		if d, found := in[:i+1].descend(parts); d != nil {
			return d, found
		}
	}
	if len(in) > 0 && len(parts) > 1 && parts[0] == in[0].GetName() {
		return in[:1].descend(parts[1:])
	}
	return nil, nil
}

// descend follows names from the innermost descriptor.
func (in scope) descend(parts []string) (*descriptorpb.DescriptorProto, scope) {
	for _, nested := range in[len(in)-1].GetNestedType() {
		if nested.GetName() != parts[0] {
			continue
		}
		inner := append(in[:len(in):len(in)], nested)
		if len(parts) == 1 {
			return nested, inner
		}
		return inner.descend(parts[1:])
	}
	return nil, nil
}

// Read reads a row. The error is a [*FieldError].
func (p *Proto) Read(message []byte) (Row, error) {
	row := make(Row, len(p.shape.fields))
	for len(message) > 0 {
		number, wire, n := protowire.ConsumeTag(message)
		if n < 0 {
			return nil, malformed()
		}
		message = message[n:]
		f := p.fields[number]
		if f == nil {
			if n = protowire.ConsumeFieldValue(number, wire, message); n < 0 {
				return nil, malformed()
			}
			message = message[n:]
			continue
		}
		n, err := f.read(row, wire, message)
		if err != nil {
			return nil, err
		}
		message = message[n:]
	}
	return row, p.shape.complete(row)
}

func malformed() error { return &FieldError{"", "Failed to parse the serialized row."} }

// read reads a field's value into the row, and returns how long it is.
func (f *protoField) read(row Row, wire protowire.Type, data []byte) (int, error) {
	if f.many && wire == protowire.BytesType && f.wire() != protowire.BytesType {
		return f.readPacked(row, data)
	}
	if wire != f.wire() {
		return 0, malformed()
	}
	value, n, err := f.one(data)
	if err != nil {
		return 0, err
	}
	f.put(row, value)
	return n, nil
}

func (f *protoField) readPacked(row Row, data []byte) (int, error) {
	packed, n := protowire.ConsumeBytes(data)
	if n < 0 {
		return 0, malformed()
	}
	for len(packed) > 0 {
		value, m, err := f.one(packed)
		if err != nil {
			return 0, err
		}
		f.put(row, value)
		packed = packed[m:]
	}
	return n, nil
}

func (f *protoField) put(row Row, value sql.Value) {
	if !f.many {
		row[f.column] = value
		return
	}
	list, _ := row[f.column].([]sql.Value)
	row[f.column] = append(list, value)
}

// one reads a single value.
func (f *protoField) one(data []byte) (value sql.Value, n int, err error) {
	var number uint64
	var text []byte
	switch f.wire() {
	case protowire.VarintType:
		number, n = protowire.ConsumeVarint(data)
	case protowire.Fixed64Type:
		number, n = protowire.ConsumeFixed64(data)
	case protowire.Fixed32Type:
		var short uint32
		short, n = protowire.ConsumeFixed32(data)
		number = uint64(short)
	default:
		text, n = protowire.ConsumeBytes(data)
	}
	if n < 0 {
		return nil, 0, malformed()
	}
	if f.record != nil {
		value, err = f.record.Read(text)
		return value, n, err
	}
	value, ok := f.convert(number, text)
	if !ok {
		return nil, 0, &FieldError{f.path, "Field " + f.path + ": Invalid " + string(f.Type.Kind) + " value."}
	}
	return value, n, nil
}
