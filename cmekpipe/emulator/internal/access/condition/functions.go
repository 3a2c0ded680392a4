package condition

import (
	"cmp"
	"fmt"
	"strings"
	"time"
)

// compare returns x op y.
func compare(x node, op string, y node) (node, error) {
	if x.typ != y.typ {
		return node{}, fmt.Errorf("got %s %s %s, want operands of one type", x.typ, op, y.typ)
	}
	if x.typ == boolean && op != "==" && op != "!=" {
		return node{}, fmt.Errorf("got %s of bool, want == or !=", op)
	}
	return apply(boolean, []node{x, y}, func(v []any) (any, error) {
		order := orderOf(v[0], v[1])
		switch op {
		case "==":
			return order == 0, nil
		case "!=":
			return order != 0, nil
		case "<":
			return order < 0, nil
		case "<=":
			return order <= 0, nil
		case ">":
			return order > 0, nil
		}
		return order >= 0, nil
	}), nil
}

func orderOf(x, y any) int {
	switch x := x.(type) {
	case string:
		return cmp.Compare(x, y.(string))
	case int64:
		return cmp.Compare(x, y.(int64))
	case time.Duration:
		return cmp.Compare(x, y.(time.Duration))
	case time.Time:
		return x.Compare(y.(time.Time))
	}
	if x == y {
		return 0
	}
	return 1
}

// sum returns x + y or x - y, of a time and a duration.
func sum(x node, op string, y node) (node, error) {
	if x.typ != instant || y.typ != duration {
		return node{}, Unsupported(fmt.Sprintf("operator %s of %s and %s", op, x.typ, y.typ))
	}
	sign := time.Duration(1)
	if op == "-" {
		sign = -1
	}
	return apply(instant, []node{x, y}, func(v []any) (any, error) {
		return v[0].(time.Time).Add(sign * v[1].(time.Duration)), nil
	}), nil
}

// call returns the value of a function.
func call(function string, args []node) (node, error) {
	switch function {
	case "timestamp":
		return convert(instant, function, args, func(s string) (any, error) { return time.Parse(time.RFC3339, s) })
	case "duration":
		return convert(duration, function, args, func(s string) (any, error) { return time.ParseDuration(s) })
	}
	return node{}, Unsupported("function " + function)
}

// convert returns a constant that is written as a string. A malformed one is refused when the condition is parsed.
func convert(t typ, function string, args []node, parse func(string) (any, error)) (node, error) {
	if len(args) != 1 || args[0].typ != str {
		return node{}, fmt.Errorf("want %s of a string", function)
	}
	value, err := args[0].eval(Attributes{})
	if err != nil {
		return node{}, Unsupported(function + " of an attribute")
	}
	parsed, err := parse(value.(string))
	if err != nil {
		return node{}, fmt.Errorf("%s: %w", function, err)
	}
	return constant(t, parsed), nil
}

// method returns the value of a method of a receiver.
func method(receiver node, function string, args []node) (node, error) {
	for _, arg := range args {
		if arg.typ != str {
			return node{}, fmt.Errorf("got %s of %s, want a string", function, arg.typ)
		}
	}
	switch {
	case receiver.typ == str && len(args) == 1:
		return stringMethod(receiver, function, args[0])
	case receiver.typ == instant && len(args) <= 1:
		return timeMethod(receiver, function, args)
	}
	return node{}, Unsupported(fmt.Sprintf("function %s of %s with %d arguments", function, receiver.typ, len(args)))
}

func stringMethod(receiver node, function string, arg node) (node, error) {
	operands := []node{receiver, arg}
	switch function {
	case "startsWith":
		return apply(boolean, operands, func(v []any) (any, error) { return strings.HasPrefix(v[0].(string), v[1].(string)), nil }), nil
	case "endsWith":
		return apply(boolean, operands, func(v []any) (any, error) { return strings.HasSuffix(v[0].(string), v[1].(string)), nil }), nil
	case "extract":
		return apply(str, operands, func(v []any) (any, error) { return extract(v[0].(string), v[1].(string)), nil }), nil
	}
	return node{}, Unsupported("function " + function)
}

// extract returns the part of a text in the place of {…} in a template; "" if the text has another form.
func extract(s, template string) string {
	before, rest, _ := strings.Cut(template, "{")
	_, after, found := strings.Cut(rest, "}")
	_, s, match := strings.Cut(s, before)
	if !found || !match {
		return ""
	}
	if after == "" {
		return s
	}
	part, _, match := strings.Cut(s, after)
	if !match {
		return ""
	}
	return part
}

func timeMethod(receiver node, function string, args []node) (node, error) {
	read, ok := map[string]func(time.Time) int{
		"getFullYear": time.Time.Year, "getHours": time.Time.Hour, "getMinutes": time.Time.Minute, "getSeconds": time.Time.Second,
		"getDate": time.Time.Day, "getDayOfMonth": func(t time.Time) int { return t.Day() - 1 },
		"getMonth": func(t time.Time) int { return int(t.Month()) - 1 }, "getDayOfWeek": func(t time.Time) int { return int(t.Weekday()) },
		"getDayOfYear": func(t time.Time) int { return t.YearDay() - 1 },
	}[function]
	if !ok {
		return node{}, Unsupported("function " + function)
	}
	zone := time.UTC
	if len(args) == 1 {
		text, err := args[0].eval(Attributes{})
		if err != nil {
			return node{}, Unsupported("attribute as a time zone")
		}
		if zone, err = time.LoadLocation(text.(string)); err != nil {
			return node{}, fmt.Errorf("got time zone %q, want one such as Europe/Berlin", text)
		}
	}
	return apply(integer, []node{receiver}, func(v []any) (any, error) { return int64(read(v[0].(time.Time).In(zone))), nil }), nil
}
