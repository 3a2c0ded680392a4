package parquetio

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/xitongsys/parquet-go/common"
	"github.com/xitongsys/parquet-go/parquet"
)

// sampler makes samples of types, and refuses those that the library would write incorrectly.
type sampler struct {
	// inside are the structs that the one at hand is in. The library would go around in them forever.
	inside map[reflect.Type]bool
}

// sample returns a value that has all there can be, and one that has as little as can be. Field is where it is.
func (s *sampler) sample(t reflect.Type, tag *common.Tag, field string) (full, blank reflect.Value, err error) {
	optional := t.Kind() == reflect.Pointer
	repeated := tag.RepetitionType == parquet.FieldRepetitionType_REPEATED
	switch {
	case tag.RepetitionType == parquet.FieldRepetitionType_OPTIONAL && !optional:
		err = misfit(field, t, "repetitiontype=OPTIONAL", "make it a pointer")
	case repeated && t.Kind() != reflect.Slice:
		err = misfit(field, t, "repetitiontype=REPEATED", "make it a slice")
	case repeated && (t.Elem().Kind() == reflect.Pointer || t.Elem().Kind() == reflect.Slice || t.Elem().Kind() == reflect.Map):
		err = misfit(field, t, "repetitiontype=REPEATED", "make it a slice of values, or a LIST")
	}
	if err != nil {
		return full, blank, err
	}
	switch t.Kind() {
	case reflect.Pointer:
		return s.pointer(t, tag, field)
	case reflect.Struct:
		return s.structure(t, field)
	case reflect.Slice:
		return s.slice(t, tag, field)
	case reflect.Map:
		return s.mapping(t, tag, field)
	}
	full, err = leaf(t, tag, field)
	return full, full, err
}

func (s *sampler) pointer(t reflect.Type, tag *common.Tag, field string) (full, blank reflect.Value, err error) {
	if t.Elem().Kind() == reflect.Pointer {
		return full, blank, misfit(field, t, "a tag", "use one pointer")
	}
	pointed, inner := *tag, reflect.New(t.Elem())
	pointed.RepetitionType = parquet.FieldRepetitionType_REQUIRED
	value, _, err := s.sample(t.Elem(), &pointed, field)
	if err != nil {
		return full, blank, err
	}
	inner.Elem().Set(value)
	return inner.Convert(t), reflect.Zero(t), nil
}

func (s *sampler) slice(t reflect.Type, tag *common.Tag, field string) (full, blank reflect.Value, err error) {
	of := common.GetValueTagMap(tag)
	if tag.RepetitionType == parquet.FieldRepetitionType_REPEATED {
		repeated := *tag
		of = &repeated
	}
	of.RepetitionType = parquet.FieldRepetitionType_REQUIRED
	value, _, err := s.sample(t.Elem(), of, field+"[]")
	if err != nil {
		return full, blank, err
	}
	return reflect.Append(reflect.Zero(t), value), reflect.Zero(t), nil
}

func (s *sampler) mapping(t reflect.Type, tag *common.Tag, field string) (full, blank reflect.Value, err error) {
	of := common.GetValueTagMap(tag)
	of.RepetitionType = parquet.FieldRepetitionType_REQUIRED
	key, err := leaf(t.Key(), common.GetKeyTagMap(tag), field+"[key]")
	if err != nil {
		return full, blank, err
	}
	value, _, err := s.sample(t.Elem(), of, field+"[value]")
	if err != nil {
		return full, blank, err
	}
	full = reflect.MakeMap(t)
	full.SetMapIndex(key, value)
	return full, reflect.Zero(t), nil
}

// structure samples the fields that have tags. The library leaves out all others.
func (s *sampler) structure(t reflect.Type, field string) (full, blank reflect.Value, err error) {
	if s.inside[t] {
		return full, blank, refusal(fmt.Sprintf("%s: %v holds itself", field, t), "break the circle; Parquet has none")
	}
	s.inside[t] = true
	defer delete(s.inside, t)
	full, blank = reflect.New(t).Elem(), reflect.New(t).Elem()
	names := map[string]bool{}
	for i := range t.NumField() {
		f := t.Field(i)
		at := strings.TrimPrefix(field+"."+f.Name, ".")
		tag, err := tagOf(f, at)
		if err != nil {
			return full, blank, err
		}
		if tag == nil {
			continue
		}
		if names[tag.ExName] {
			return full, blank, refusal(fmt.Sprintf("field %s of %v has the name %q of another", at, t, tag.ExName), tagHint)
		}
		names[tag.ExName] = true
		value, least, err := s.sample(f.Type, tag, at)
		if err != nil {
			return full, blank, err
		}
		full.Field(i).Set(value)
		blank.Field(i).Set(least)
	}
	if len(names) == 0 {
		return full, blank, refusal(strings.TrimPrefix(fmt.Sprintf("%s: %v has no field with a parquet tag, so nothing of it would be written", field, t), ": "), tagHint)
	}
	return full, blank, nil
}

// tagOf returns a field's tag, or nil if it has none and is to be left out.
func tagOf(f reflect.StructField, at string) (*common.Tag, error) {
	text := f.Tag.Get("parquet")
	if text == "" {
		if f.Anonymous && f.Type.Kind() == reflect.Struct && slices.ContainsFunc(reflect.VisibleFields(f.Type), func(f reflect.StructField) bool {
			return f.Tag.Get("parquet") != ""
		}) {
			return nil, refusal("field "+at+" is embedded and would be left out with its tagged fields", "tag it, or write the fields out")
		}
		return nil, nil
	}
	tag, err := common.StringToTag(text)
	switch {
	case err != nil:
		return nil, refusal("field "+at+" has an invalid tag: "+err.Error(), tagHint)
	case tag.ExName == "":
		return nil, refusal("field "+at+" has a tag without name=", tagHint)
	case !f.IsExported() || common.StringToVariableName(f.Name) != f.Name:
		return nil, refusal("field "+at+" would be left out", "begin its name with a capital letter of ASCII and use only letters, digits and _ of ASCII")
	}
	return tag, nil
}

// leaf samples what is stored as a value. The library stores a kind that is not listed here as something else: an int64
// cut to an INT32, an array as a description of its type.
func leaf(t reflect.Type, tag *common.Tag, field string) (reflect.Value, error) {
	stored, err := parquet.TypeFromString(tag.Type)
	if err != nil {
		return reflect.Value{}, refusal(fmt.Sprintf("%s: %v has type=%s", field, t, tag.Type), tagHint)
	}
	if _, err := parquet.ConvertedTypeFromString(tag.ConvertedType); err != nil && tag.ConvertedType != "" {
		return reflect.Value{}, refusal(fmt.Sprintf("%s: %v has convertedtype=%s", field, t, tag.ConvertedType), tagHint)
	}
	if !slices.Contains(kinds(stored), t.Kind()) {
		return reflect.Value{}, misfit(field, t, "type="+tag.Type, fmt.Sprintf("make it one of %v", kinds(stored)))
	}
	if !encodes(tag, stored) {
		return reflect.Value{}, misfit(field, t, fmt.Sprintf("encoding=%v and type=%s", tag.Encoding, tag.Type), "leave encoding out")
	}
	size := fixedSize(stored, tag.Length)
	if stored == parquet.Type_FIXED_LEN_BYTE_ARRAY && size < 1 {
		return reflect.Value{}, misfit(field, t, fmt.Sprintf("length=%d", size), "give the tag length=, in bytes")
	}
	value := reflect.New(t).Elem()
	if t.Kind() == reflect.String {
		value.SetString(strings.Repeat("x", size))
	}
	return value, nil
}

// fixedSize is the size of all values of a type, in bytes; 0 if it varies or follows from the type's kind.
func fixedSize(stored parquet.Type, length int32) int {
	switch stored {
	case parquet.Type_FIXED_LEN_BYTE_ARRAY:
		return int(length)
	case parquet.Type_INT96:
		return 12
	}
	return 0
}

// kinds are those that a type can store all values of.
func kinds(stored parquet.Type) []reflect.Kind {
	switch stored {
	case parquet.Type_BOOLEAN:
		return []reflect.Kind{reflect.Bool}
	case parquet.Type_INT32:
		return []reflect.Kind{reflect.Int32, reflect.Int16, reflect.Int8}
	case parquet.Type_INT64:
		return []reflect.Kind{reflect.Int64, reflect.Int, reflect.Int32, reflect.Int16, reflect.Int8}
	case parquet.Type_FLOAT:
		return []reflect.Kind{reflect.Float32}
	case parquet.Type_DOUBLE:
		return []reflect.Kind{reflect.Float64, reflect.Float32}
	}
	return []reflect.Kind{reflect.String}
}

// encodes reports whether the format has an encoding for a type. DELTA_BINARY_PACKED is none: the library loses numbers
// whose differences overflow.
func encodes(tag *common.Tag, stored parquet.Type) bool {
	switch tag.Encoding {
	case parquet.Encoding_PLAIN, parquet.Encoding_PLAIN_DICTIONARY, parquet.Encoding_RLE_DICTIONARY:
		return true
	case parquet.Encoding_DELTA_LENGTH_BYTE_ARRAY, parquet.Encoding_DELTA_BYTE_ARRAY:
		return stored == parquet.Type_BYTE_ARRAY
	case parquet.Encoding_BYTE_STREAM_SPLIT:
		return stored == parquet.Type_FLOAT || stored == parquet.Type_DOUBLE
	}
	return false
}

func misfit(field string, t reflect.Type, tag, hint string) error {
	return refusal(fmt.Sprintf("%s: %v can't be written with %s", field, t, tag), hint)
}
