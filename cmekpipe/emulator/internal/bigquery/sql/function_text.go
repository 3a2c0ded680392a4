package sql

import (
	"strings"
	"unicode/utf8"
)

// textCall has the functions of texts and bytes.
func (b *binder) textCall(name string, args []compiled) (compiled, bool) {
	if len(args) == 0 {
		return compiled{}, false
	}
	texts := len(args)
	if name == "SUBSTR" {
		texts = 1
	}
	t, same, ok := unify(args[:texts])
	if t.isNull() {
		t = scalar(String)
	}
	if !ok || !t.is(String) && !t.is(Bytes) {
		return compiled{}, false
	}
	one := len(args) == 1
	switch {
	case name == "CONCAT":
		return strict(t, func(v []Value) (Value, error) {
			sum := v[0]
			for _, next := range v[1:] {
				sum, _ = concat([]Value{sum, next})
			}
			return sum, nil
		}, same...), true
	case (name == "LENGTH" || name == "CHAR_LENGTH" && t.is(String)) && one:
		return strict(scalar(Int64), length, same...), true
	case name == "UPPER" && one && t.is(String):
		return strict(t, func(v []Value) (Value, error) { return strings.ToUpper(v[0].(string)), nil }, same...), true
	case name == "LOWER" && one && t.is(String):
		return strict(t, func(v []Value) (Value, error) { return strings.ToLower(v[0].(string)), nil }, same...), true
	case name == "TRIM" && one && t.is(String):
		return strict(t, func(v []Value) (Value, error) { return strings.TrimSpace(v[0].(string)), nil }, same...), true
	case name == "STARTS_WITH" && len(args) == 2 && t.is(String):
		return strict(scalar(Bool), func(v []Value) (Value, error) {
			return strings.HasPrefix(v[0].(string), v[1].(string)), nil
		}, same...), true
	case name == "ENDS_WITH" && len(args) == 2 && t.is(String):
		return strict(scalar(Bool), func(v []Value) (Value, error) {
			return strings.HasSuffix(v[0].(string), v[1].(string)), nil
		}, same...), true
	case name == "SUBSTR" && len(args) <= 3 && t.is(String):
		return substr(args)
	}
	return compiled{}, false
}

func length(v []Value) (Value, error) {
	if s, ok := v[0].(string); ok {
		return int64(utf8.RuneCountInString(s)), nil
	}
	return int64(len(v[0].([]byte))), nil
}

// substr counts characters from 1 on, and from the end for a negative place.
func substr(args []compiled) (compiled, bool) {
	for _, a := range args[1:] {
		if !a.typ.is(Int64) {
			return compiled{}, false
		}
	}
	return strict(scalar(String), func(v []Value) (Value, error) {
		runes := []rune(v[0].(string))
		n := int64(len(runes))
		start := n
		if len(v) > 1 {
			start = v[1].(int64)
		}
		switch {
		case start < 0:
			start = max(n+start, 0)
		case start > 0:
			start--
		}
		size := n
		if len(v) > 2 {
			size = v[2].(int64)
		}
		if size < 0 {
			return nil, fault("Third argument in SUBSTR() cannot be negative")
		}
		start = min(start, n)
		return string(runes[start : start+min(size, n-start)]), nil
	}, args...), len(args) > 1
}
