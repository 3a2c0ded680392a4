package bqrow

import (
	"slices"
	"strconv"

	"cloud.google.com/go/bigquery"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/descriptorpb"
)

// Descriptor describes the messages of [Type.AppendProto]: a self-contained message, with a nested one for each record.
// Source: https://docs.cloud.google.com/bigquery/docs/supported-data-types.
func (t Type) Descriptor(name string) *descriptorpb.DescriptorProto {
	return descriptorOf(name, t.columns)
}

func descriptorOf(name string, columns []column) *descriptorpb.DescriptorProto {
	d := &descriptorpb.DescriptorProto{Name: proto.String(name)}
	for i := range columns {
		c := &columns[i]
		f := &descriptorpb.FieldDescriptorProto{
			Name:   proto.String(c.name),
			Number: proto.Int32(int32(i + 1)),
			Label:  label(c).Enum(),
			Type:   protoType(c).Enum(),
		}
		if c.fields != nil {
			nested := "Record" + strconv.Itoa(i+1)
			for slices.ContainsFunc(columns, func(c column) bool { return c.name == nested }) {
				nested += "_"
			}
			f.TypeName = proto.String(nested)
			d.NestedType = append(d.NestedType, descriptorOf(nested, c.fields))
		}
		d.Field = append(d.Field, f)
	}
	return d
}

func label(c *column) descriptorpb.FieldDescriptorProto_Label {
	switch {
	case c.repeated:
		return descriptorpb.FieldDescriptorProto_LABEL_REPEATED
	case c.required:
		return descriptorpb.FieldDescriptorProto_LABEL_REQUIRED
	}
	return descriptorpb.FieldDescriptorProto_LABEL_OPTIONAL
}

func protoType(c *column) descriptorpb.FieldDescriptorProto_Type {
	switch {
	case c.fields != nil:
		return descriptorpb.FieldDescriptorProto_TYPE_MESSAGE
	case c.typ == bigquery.DateFieldType:
		return descriptorpb.FieldDescriptorProto_TYPE_INT32
	case c.get.long != nil:
		return descriptorpb.FieldDescriptorProto_TYPE_INT64
	case c.get.flag != nil:
		return descriptorpb.FieldDescriptorProto_TYPE_BOOL
	case c.get.double != nil:
		return descriptorpb.FieldDescriptorProto_TYPE_DOUBLE
	case c.get.bytes != nil:
		return descriptorpb.FieldDescriptorProto_TYPE_BYTES
	}
	return descriptorpb.FieldDescriptorProto_TYPE_STRING
}
