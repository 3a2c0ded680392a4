package guard

import (
	"reflect"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/graph"
)

// add counts what an edge embeds in the graph.
func (m *Metadata) add(e *graph.MultiEdge) {
	if len(e.Value) > 0 {
		m.Elements++
		m.ElementBytes += len(e.Value)
	}
	if e.Payload != nil {
		m.addBytes(len(e.Payload.Data))
	}
	if e.External != nil {
		m.addBytes(len(e.External.Payload))
	}
	if e.DoFn != nil {
		m.addFn((*graph.Fn)(e.DoFn))
	}
	if e.CombineFn != nil {
		m.addFn((*graph.Fn)(e.CombineFn))
	}
}

func (m *Metadata) addFn(fn *graph.Fn) {
	if fn.DynFn != nil {
		m.addBytes(len(fn.DynFn.Data))
		return
	}
	recv := reflect.Indirect(reflect.ValueOf(fn.Recv))
	if identityOf(fn) != beamPath+".createFn" {
		m.addValue(recv, 0)
		return
	}
	elements := recv.FieldByName("Values")
	for i := range elements.Len() {
		m.Elements++
		m.ElementBytes += elements.Index(i).Len()
	}
}

// addValue counts the leaves of a value. It follows pointers as deep as a value that can be encoded reasonably goes,
// and calls no method.
func (m *Metadata) addValue(v reflect.Value, depth int) {
	const deepest = 16
	if depth > deepest || !v.IsValid() || v.IsZero() {
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if field := v.Type().Field(i); isEncoded(field) {
				m.addValue(v.Field(i), depth+1)
			}
		}
	case reflect.Pointer, reflect.Interface:
		m.addValue(v.Elem(), depth+1)
	case reflect.Map:
		for entries := v.MapRange(); entries.Next(); {
			m.addValue(entries.Key(), depth+1)
			m.addValue(entries.Value(), depth+1)
		}
	case reflect.Slice, reflect.Array:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			m.addBytes(v.Len())
			return
		}
		for i := range v.Len() {
			m.addValue(v.Index(i), depth+1)
		}
	case reflect.String:
		m.addBytes(v.Len())
	case reflect.Func, reflect.Chan, reflect.UnsafePointer:
	default:
		m.addBytes(int(v.Type().Size()))
	}
}

func (m *Metadata) addBytes(n int) {
	if n > 0 {
		m.Constants++
		m.ConstantBytes += n
	}
}

// isEncoded reports whether Beam sends a field to workers, and whether it is data. Beam's own encoded types and
// functions are names of the program's, not data of the user's.
func isEncoded(field reflect.StructField) bool {
	if !field.IsExported() && !field.Anonymous || field.Tag.Get("json") == "-" {
		return false
	}
	return field.Type.PkgPath() != beamPath
}
