package datastore

import (
	"cloud.google.com/go/datastore/apiv1/datastorepb"
	"google.golang.org/protobuf/proto"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/refuse"
)

// The limits of entities. Source: https://docs.cloud.google.com/datastore/docs/concepts/limits.
const (
	maxEntity  = 1<<20 - 4
	maxIndexed = 1500
	maxDepth   = 20
)

// checkEntity refuses an entity that Google does not store.
func (d *database) checkEntity(e *datastorepb.Entity, mayBeIncomplete bool) error {
	if err := d.checkKey(e.GetKey(), mayBeIncomplete); err != nil {
		return err
	}
	if size := proto.Size(e); size > maxEntity {
		return refuse.InvalidArgument("The entity is too big: it has %d bytes, the limit is %d.", size, maxEntity)
	}
	return checkProperties(e, maxDepth)
}

func checkProperties(e *datastorepb.Entity, depth int) error {
	if depth == 0 {
		return refuse.InvalidArgument("The entity is nested more than %d levels deep.", maxDepth)
	}
	for name, v := range e.GetProperties() {
		if reserved(name) {
			return refuse.InvalidArgument("The property name is empty, reserved or longer than %d bytes: %q", maxName, name)
		}
		if err := checkValue(name, v, depth, false); err != nil {
			return err
		}
	}
	return nil
}

func checkValue(name string, v *datastorepb.Value, depth int, inList bool) error {
	size := 0
	switch typed := v.GetValueType().(type) {
	case nil:
		return refuse.InvalidArgument("The value of property %q has no type.", name)
	case *datastorepb.Value_StringValue:
		size = len(typed.StringValue)
	case *datastorepb.Value_BlobValue:
		size = len(typed.BlobValue)
	case *datastorepb.Value_EntityValue:
		return checkProperties(typed.EntityValue, depth-1)
	case *datastorepb.Value_ArrayValue:
		if inList {
			return refuse.InvalidArgument("list_value cannot contain a Value containing another list_value.")
		}
		for _, inner := range typed.ArrayValue.GetValues() {
			if err := checkValue(name, inner, depth, true); err != nil {
				return err
			}
		}
	}
	if size > maxIndexed && !v.GetExcludeFromIndexes() {
		return refuse.InvalidArgument("The value of property %q is longer than %d bytes.", name, maxIndexed)
	}
	return nil
}
