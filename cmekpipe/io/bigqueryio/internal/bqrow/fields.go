package bqrow

import (
	"reflect"
	"slices"
	"strings"
)

// field is an exported field of a struct, embedded ones included, by the name of its column.
type field struct {
	name   string
	tagged bool
	typ    reflect.Type
	index  []int
}

// FieldNames returns the columns that the exported fields of a struct name, in the order of the fields.
func FieldNames(t reflect.Type) []string {
	var names []string
	for _, f := range fieldsOf(t) {
		names = append(names, f.name)
	}
	return names
}

// fieldsOf lists the fields of a struct as bigquery.InferSchema sees them: named by the tag "bigquery", those of
// embedded structs among them as Go promotes them, except that a tagged field wins over others of its depth.
func fieldsOf(t reflect.Type) []field {
	byName := map[string][]field{}
	var names []string
	for _, f := range promoted(t, nil, nil) {
		if byName[f.name] == nil {
			names = append(names, f.name)
		}
		byName[f.name] = append(byName[f.name], f)
	}
	var fields []field
	for _, name := range names {
		if f, ok := dominant(byName[name]); ok {
			fields = append(fields, f)
		}
	}
	slices.SortFunc(fields, func(a, b field) int { return slices.Compare(a.index, b.index) })
	return fields
}

// promoted lists all candidates, those of embedded structs too.
func promoted(t reflect.Type, index []int, above []reflect.Type) []field {
	if slices.Contains(above, t) {
		return nil // an embedded pointer to what embeds it, whose fields are hidden
	}
	above = append(slices.Clone(above), t)
	var fields []field
	for i := range t.NumField() {
		f := t.Field(i)
		if !f.IsExported() && !f.Anonymous {
			continue
		}
		name, _, _ := strings.Cut(f.Tag.Get("bigquery"), ",")
		if f.Tag.Get("bigquery") == "-" {
			continue
		}
		at := append(slices.Clone(index), i)
		embedded := f.Type
		if embedded.Kind() == reflect.Pointer {
			embedded = embedded.Elem()
		}
		if f.Anonymous && name == "" && embedded.Kind() == reflect.Struct {
			fields = append(fields, promoted(embedded, at, above)...)
			continue
		}
		if !f.IsExported() {
			continue
		}
		named := field{name: name, tagged: name != "", typ: f.Type, index: at}
		if name == "" {
			named.name = f.Name
		}
		fields = append(fields, named)
	}
	return fields
}

// dominant picks the one of several fields of one name that counts; false if they hide each other.
func dominant(fields []field) (field, bool) {
	shallowest := slices.MinFunc(fields, func(a, b field) int { return len(a.index) - len(b.index) })
	var plain, tagged []field
	for _, f := range fields {
		if len(f.index) > len(shallowest.index) {
			continue
		}
		if f.tagged {
			tagged = append(tagged, f)
			continue
		}
		plain = append(plain, f)
	}
	switch {
	case len(tagged) == 1:
		return tagged[0], true
	case len(tagged) == 0 && len(plain) == 1:
		return plain[0], true
	}
	return field{}, false
}
