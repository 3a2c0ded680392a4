package sql

import (
	"strings"
	"time"

	"cloud.google.com/go/civil"
)

// timeCall has the functions of dates and times.
func (b *binder) timeCall(name string, args []compiled) (compiled, bool) {
	if k, ok := kindNamed(name); ok && len(args) == 1 && (k == Date || k == DateTime || k == Timestamp) {
		from := args[0].typ
		if from.Array || !castable(from.Kind, k) || rank(from.Kind) > 0 {
			return compiled{}, false
		}
		return castTo(args[0], k, false), true
	}
	if name == "DATE" && len(args) == 3 && args[0].typ.is(Int64) && args[1].typ.is(Int64) && args[2].typ.is(Int64) {
		return strict(scalar(Date), func(v []Value) (Value, error) {
			d := civil.Date{Year: int(v[0].(int64)), Month: time.Month(v[1].(int64)), Day: int(v[2].(int64))}
			if !d.IsValid() {
				return nil, fault("Input calculates to invalid date")
			}
			return d, nil
		}, args...), true
	}
	if len(args) != 1 {
		return compiled{}, false
	}
	unit, from, ok := epoch(name)
	switch {
	case ok && from && args[0].typ.is(Int64):
		return strict(scalar(Timestamp), func(v []Value) (Value, error) { return since(v[0].(int64), unit) }, args...), true
	case ok && !from && args[0].typ.is(Timestamp):
		return strict(scalar(Int64), func(v []Value) (Value, error) {
			micros := v[0].(time.Time).UnixMicro()
			count := micros / unit
			if micros%unit < 0 {
				count--
			}
			return count, nil
		}, args...), true
	}
	return compiled{}, false
}

// epoch tells a function's unit in microseconds and whether it makes a timestamp of a number.
func epoch(name string) (unit int64, from, ok bool) {
	unitName, from := strings.CutPrefix(name, "TIMESTAMP_")
	if !from {
		if unitName, ok = strings.CutPrefix(name, "UNIX_"); !ok {
			return 0, false, false
		}
	}
	switch unitName {
	case "SECONDS":
		return 1e6, from, true
	case "MILLIS":
		return 1e3, from, true
	case "MICROS":
		return 1, from, true
	}
	return 0, false, false
}

func since(n, unit int64) (Value, error) {
	micros, ok := mulInt(n, unit)
	t := time.UnixMicro(micros).UTC()
	if !ok || t.Year() < 1 || t.Year() > 9999 {
		return nil, fault("Timestamp value is out of allowed range: from 0001-01-01 00:00:00.000000+00 to 9999-12-31 23:59:59.999999+00.")
	}
	return t, nil
}
