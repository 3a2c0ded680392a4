package template

import (
	"encoding/json"
	"maps"
	"slices"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// fields are a JSON object. Its methods find a field by its name in lower camel case and in snake case, as Google's
// parser does.
type fields map[string]json.RawMessage

// named returns the names under which a field is there, usually one or none.
func (f fields) named(field string) (names []string) {
	for _, name := range slices.Sorted(maps.Keys(f)) {
		if cmekpipe.NormalizeOptionName(name) == cmekpipe.NormalizeOptionName(field) {
			names = append(names, name)
		}
	}
	return names
}

// text returns the first string of a field; "" if there is none.
func (f fields) text(field string) string {
	for _, name := range f.named(field) {
		var text string
		if json.Unmarshal(f[name], &text) == nil && text != "" {
			return text
		}
	}
	return ""
}

// objects returns the objects in a field, which may be a list of some.
func (f fields) objects(field string) (found []fields) {
	for _, name := range f.named(field) {
		var one fields
		var list []fields
		switch {
		case json.Unmarshal(f[name], &one) == nil && one != nil:
			found = append(found, one)
		case json.Unmarshal(f[name], &list) == nil:
			found = append(found, list...)
		}
	}
	return found
}
