package dataflow

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
)

// checkPayload refuses a body that Google's JSON parser would refuse: one with fields that the client library's message
// lacks, values of another type, or unknown enum values. Root is the name of the message in the request, "" if the
// message is the request. Refusals name the field and never its value.
func checkPayload(text []byte, root string, message any) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var value any
	if err := d.Decode(&value); err != nil {
		return core.BadRequest("Invalid JSON payload received. It is no JSON.")
	}
	if _, err := d.Token(); err != io.EOF {
		return core.BadRequest("Invalid JSON payload received. There is text after the JSON object.")
	}
	if _, object := value.(map[string]any); !object {
		return core.BadRequest("Invalid JSON payload received. It is no JSON object.")
	}
	return checkValue(value, reflect.TypeOf(message), root, nil)
}

// checkValue compares a value with a type of the client library. Enum lists the allowed strings of an enum field.
func checkValue(value any, t reflect.Type, path string, enum []string) error {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if value == nil || freeForm(t) {
		return nil
	}
	switch v := value.(type) {
	case map[string]any:
		return checkObject(v, t, path)
	case []any:
		return checkList(v, t, path)
	}
	if !fits(value, t.Kind()) {
		return invalidValue(path)
	}
	if word, ok := value.(string); ok && enum != nil && !slices.Contains(enum, word) {
		return invalidValue(path)
	}
	return nil
}

// freeForm reports whether a field accepts any JSON.
func freeForm(t reflect.Type) bool {
	return t.Kind() == reflect.Interface || t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Uint8
}

func checkObject(object map[string]any, t reflect.Type, path string) error {
	if t.Kind() == reflect.Map {
		for _, v := range object {
			if err := checkValue(v, t.Elem(), path+".value", nil); err != nil {
				return err
			}
		}
		return nil
	}
	if t.Kind() != reflect.Struct {
		return invalidValue(path)
	}
	known := fieldTypes(t)
	for _, name := range slices.Sorted(maps.Keys(object)) {
		v := object[name]
		field, ok := known[name]
		if !ok {
			return unknownName(name, path)
		}
		inside := strings.TrimPrefix(path+"."+snakeCase(name), ".")
		if err := checkValue(v, field, inside, enumOf(t.Name()+"."+name)); err != nil {
			return err
		}
	}
	return nil
}

func checkList(list []any, t reflect.Type, path string) error {
	if t.Kind() != reflect.Slice {
		return invalidValue(path)
	}
	for i, v := range list {
		if err := checkValue(v, t.Elem(), path+"["+strconv.Itoa(i)+"]", nil); err != nil {
			return err
		}
	}
	return nil
}

// fieldTypes returns the types of a message's fields by their JSON names.
func fieldTypes(t reflect.Type) map[string]reflect.Type {
	types := make(map[string]reflect.Type, t.NumField())
	for _, f := range reflect.VisibleFields(t) {
		if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name != "" && name != "-" {
			types[name] = f.Type
		}
	}
	return types
}

// fits reports whether a value is valid for a Go kind. Numbers may be strings, as 64-bit ones are.
func fits(value any, kind reflect.Kind) bool {
	switch v := value.(type) {
	case bool:
		return kind == reflect.Bool
	case json.Number:
		return numeric(v.String(), kind)
	case string:
		return kind == reflect.String || numeric(v, kind)
	}
	return false
}

func numeric(text string, kind reflect.Kind) bool {
	switch kind {
	case reflect.Int64:
		_, err := strconv.ParseInt(text, 10, 64)
		return err == nil
	case reflect.Float64:
		_, err := strconv.ParseFloat(text, 64)
		return err == nil
	}
	return false
}

// unknownName is Google's text.
func unknownName(name, path string) error {
	where := ""
	if path != "" {
		where = " at '" + path + "'"
	}
	return core.BadRequest(fmt.Sprintf("Invalid JSON payload received. Unknown name %q%s: Cannot find field.", name, where))
}

// invalidValue is Google's text without the value.
func invalidValue(path string) error { return core.BadRequest("Invalid value at '" + path + "'") }

// wrongType names the field that has the wrong type, and never its value.
func wrongType(err error) error {
	field := "a field"
	if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		field = e.Field
	}
	return core.BadRequest("got " + field + " of another JSON type than the API defines")
}

// snakeCase converts serviceKmsKeyName to service_kms_key_name, as Google's refusals spell fields.
func snakeCase(name string) string {
	var b strings.Builder
	for _, r := range name {
		if unicode.IsUpper(r) {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// camelCase converts runtime_updatable_params to runtimeUpdatableParams.
func camelCase(path string) string {
	words := strings.Split(path, "_")
	for i, word := range words[1:] {
		if word != "" {
			words[i+1] = strings.ToUpper(word[:1]) + word[1:]
		}
	}
	return strings.Join(words, "")
}
