package guard

import (
	"reflect"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/graph"
)

// Metadata is what Cloud KMS keys never cover, because it becomes part of the job itself. Only numbers are kept here;
// the values may be secrets.
type Metadata struct {
	// Uncovered names the kinds of metadata that Dataflow keeps outside the job's key.
	// Source: https://docs.cloud.google.com/dataflow/docs/guides/customer-managed-encryption-keys.
	Uncovered []string `json:"uncovered"`
	// Elements and ElementBytes count what beam.Create and impulses embed in the graph, as it is encoded.
	Elements     int `json:"elements"`
	ElementBytes int `json:"elementBytes"`
	// Constants and ConstantBytes count what the fields of DoFns and the payloads of external transforms embed in the
	// graph. Zero values don't count.
	Constants     int `json:"constants"`
	ConstantBytes int `json:"constantBytes"`
}

func uncovered() []string {
	return []string{"job name", "job id", "labels", "parameter values", "pipeline graph", "worker addresses"}
}

// add counts what an edge embeds in the graph, and returns the places of the constants: the names of fields, or "payload" of
// a transform that is not a DoFn. Values are never kept.
func (m *Metadata) add(e *graph.MultiEdge) (places []string) {
	if len(e.Value) > 0 {
		m.Elements++
		m.ElementBytes += len(e.Value)
	}
	payload := 0
	if e.Payload != nil {
		payload = len(e.Payload.Data)
	}
	if e.External != nil {
		payload = len(e.External.Payload)
	}
	if payload > 0 {
		m.addBytes(payload)
		places = append(places, "payload")
	}
	for _, fn := range []*graph.Fn{(*graph.Fn)(e.DoFn), (*graph.Fn)(e.CombineFn)} {
		if fn != nil {
			places = append(places, m.addFn(fn)...)
		}
	}
	return places
}

func (m *Metadata) addFn(fn *graph.Fn) (places []string) {
	if fn.DynFn != nil {
		m.addBytes(len(fn.DynFn.Data))
		return nil // what its generator encodes are names of functions and types
	}
	recv := reflect.Indirect(reflect.ValueOf(fn.Recv))
	if recv.Kind() != reflect.Struct {
		return nil
	}
	if identityOf(fn).name == beamPath+".createFn" {
		elements := recv.FieldByName("Values")
		for i := range elements.Len() {
			m.Elements++
			m.ElementBytes += elements.Index(i).Len()
		}
		return nil
	}
	for i := range recv.NumField() {
		field := recv.Type().Field(i)
		if !isEncoded(field) {
			continue
		}
		before := m.Constants
		if m.addValue(recv.Field(i), 1); m.Constants > before {
			places = append(places, field.Name)
		}
	}
	return places
}

// addValue counts the leaves of a value. It follows pointers as deep as a value that can be encoded reasonably goes,
// and calls no method.
func (m *Metadata) addValue(v reflect.Value, depth int) {
	eachLeaf(v, depth, func(leaf reflect.Value) {
		switch {
		case leaf.Kind() == reflect.String, leaf.Kind() == reflect.Slice, leaf.Kind() == reflect.Array:
			m.addBytes(leaf.Len())
		default:
			m.addBytes(int(leaf.Type().Size()))
		}
	})
}

// eachLeaf calls visit with each text, number and list of bytes that Beam encodes of a value. Zero values are left out.
func eachLeaf(v reflect.Value, depth int, visit func(reflect.Value)) {
	const deepest = 16
	if depth > deepest || !v.IsValid() || v.IsZero() {
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if field := v.Type().Field(i); isEncoded(field) {
				eachLeaf(v.Field(i), depth+1, visit)
			}
		}
	case reflect.Pointer, reflect.Interface:
		eachLeaf(v.Elem(), depth+1, visit)
	case reflect.Map:
		for entries := v.MapRange(); entries.Next(); {
			eachLeaf(entries.Key(), depth+1, visit)
			eachLeaf(entries.Value(), depth+1, visit)
		}
	case reflect.Slice, reflect.Array:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			visit(v)
			return
		}
		for i := range v.Len() {
			eachLeaf(v.Index(i), depth+1, visit)
		}
	case reflect.Func, reflect.Chan, reflect.UnsafePointer:
	default:
		visit(v)
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
