package guard

import "reflect"

// values are the strings that the graph holds of a transform: the fields of a DoFn, or those of an external payload.
// They may be secrets; entries pick the ones that may be shown. A field of a struct in a field is "Outer.Inner"; a
// field of an embedded struct goes by its own name.
type values map[string]string

// valuesOf reads a DoFn without calling any of its methods.
func valuesOf(v reflect.Value) values {
	out := values{}
	out.read("", reflect.Indirect(v))
	return out
}

func (out values) read(prefix string, v reflect.Value) {
	if v.Kind() != reflect.Struct {
		return
	}
	for i := range v.NumField() {
		field := v.Type().Field(i)
		switch {
		case field.Anonymous:
			out.read(prefix, reflect.Indirect(v.Field(i)))
		case !field.IsExported():
		case v.Field(i).Kind() == reflect.String:
			out[prefix+field.Name] = v.Field(i).String()
		default:
			out.read(prefix+field.Name+".", v.Field(i))
		}
	}
}
