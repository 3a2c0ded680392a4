package sql

import (
	"encoding/json"
	"math"
	"math/big"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"cloud.google.com/go/civil"
)

// castable reports whether CAST converts one kind to another.
// Source: https://docs.cloud.google.com/bigquery/docs/reference/standard-sql/conversion_rules.
func castable(from, to Kind) bool {
	if from == to || from == null {
		return true
	}
	switch to {
	case String:
		return from != Struct && from != Geography && from != JSON && from != Interval
	case Bytes:
		return from == String
	case Bool:
		return from == Int64 || from == String
	case Int64:
		return from == Bool || from == String || rank(from) > 0
	case Float64, Numeric, BigNumeric:
		return from == String || rank(from) > 0
	case Date, DateTime, Timestamp:
		return from == String || from == Date || from == DateTime || from == Timestamp
	case Time:
		return from == String || from == DateTime || from == Timestamp
	}
	return false
}

// castValue converts a value that is not NULL between kinds that are castable.
func castValue(v Value, from, to Kind) (Value, error) {
	if from == to {
		return v, nil
	}
	if s, ok := v.(string); ok {
		return castText(s, to)
	}
	switch to {
	case String:
		return text(v, from)
	case Bool:
		return v.(int64) != 0, nil
	case Int64, Float64, Numeric, BigNumeric:
		return castNumber(v, to)
	}
	return castTime(v, to), nil
}

func castNumber(v Value, to Kind) (Value, error) {
	switch x := v.(type) {
	case bool:
		return toInt(x), nil
	case int64:
		if to == Float64 {
			return float64(x), nil
		}
		return fit(new(big.Rat).SetInt64(x), to)
	case float64:
		return castFloat(x, to)
	case *big.Rat:
		switch to {
		case Float64:
			f, _ := x.Float64()
			return f, nil
		case Int64:
			if n := roundAway(x); n.IsInt64() {
				return n.Int64(), nil
			}
			return nil, fault("int64 out of range")
		}
		return fit(x, to)
	}
	return nil, fault("Bad value")
}

func castFloat(f float64, to Kind) (Value, error) {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return nil, fault("Illegal conversion of non-finite floating point number")
	}
	if to == Int64 {
		if f = math.Round(f); f < math.MinInt64 || f >= math.MaxInt64 {
			return nil, fault("Illegal conversion: the number is no INT64")
		}
		return int64(f), nil
	}
	return fit(new(big.Rat).SetFloat64(f), to)
}

// castTime converts between dates and times, in UTC.
func castTime(v Value, to Kind) Value {
	var t time.Time
	switch x := v.(type) {
	case civil.Date:
		t = x.In(time.UTC)
	case civil.DateTime:
		t = x.In(time.UTC)
	case time.Time:
		t = x.UTC()
	}
	switch to {
	case Date:
		return civil.DateOf(t)
	case Time:
		return civil.TimeOf(t)
	case DateTime:
		return civil.DateTimeOf(t)
	}
	return t
}

// castText reads a value of a kind from a text.
func castText(s string, to Kind) (Value, error) {
	bad := fault("Could not cast literal or value to type " + string(to))
	switch to {
	case String:
		return s, nil
	case JSON:
		if json.Valid([]byte(s)) {
			return s, nil
		}
	case Bytes:
		return []byte(s), nil
	case Bool:
		switch strings.ToLower(s) {
		case "true", "t", "yes", "y", "1":
			return true, nil
		case "false", "f", "no", "n", "0":
			return false, nil
		}
	case Int64:
		if n, err := strconv.ParseInt(strings.TrimSpace(s), 10, 64); err == nil {
			return n, nil
		}
	case Float64:
		if f, err := strconv.ParseFloat(strings.TrimSpace(s), 64); err == nil {
			return f, nil
		}
	case Numeric, BigNumeric:
		if r, ok := parseDecimal(s, to); ok {
			return r, nil
		}
	default:
		if v, ok := parseTime(s, to); ok {
			return v, nil
		}
	}
	return nil, bad
}

// parseTime reads a date, time, both, or both with a zone.
func parseTime(s string, to Kind) (Value, bool) {
	s = strings.TrimSpace(s)
	switch to {
	case Time:
		t, err := civil.ParseTime(s)
		t.Nanosecond -= t.Nanosecond % 1000
		return t, err == nil
	case Date, DateTime, Timestamp:
		for _, layout := range []string{
			"2006-1-2", "2006-1-2 15:4:5", "2006-1-2T15:4:5", "2006-1-2 15:4", "2006-1-2T15:4",
			"2006-1-2 15:4:5Z07:00", "2006-1-2T15:4:5Z07:00", "2006-1-2 15:4:5-07", "2006-1-2T15:4:5-07",
			"2006-1-2 15:4:5 UTC", "2006-1-2 UTC",
		} {
			zoned := len(layout) > len("2006-1-2T15:4:5")
			t, err := time.Parse(layout, s)
			if t = t.UTC(); err != nil || zoned && to != Timestamp || t.Year() < 1 || t.Year() > 9999 {
				continue
			}
			return castTime(t.Truncate(time.Microsecond), to), true
		}
	}
	return nil, false
}

// text writes a value as CAST to STRING does.
func text(v Value, kind Kind) (string, error) {
	switch x := v.(type) {
	case bool:
		return strconv.FormatBool(x), nil
	case int64:
		return strconv.FormatInt(x, 10), nil
	case float64:
		return floatText(x), nil
	case *big.Rat:
		return decimalText(x, kind), nil
	case []byte:
		if !utf8.Valid(x) {
			return "", fault("invalid UTF-8 in bytes that were cast to STRING")
		}
		return string(x), nil
	case civil.Date:
		return x.String(), nil
	case civil.Time:
		return timeText(x), nil
	case civil.DateTime:
		return x.Date.String() + " " + timeText(x.Time), nil
	case time.Time:
		x = x.UTC()
		return civil.DateOf(x).String() + " " + timeText(civil.TimeOf(x)) + "+00", nil
	}
	return "", fault("no text form")
}

func floatText(f float64) string {
	switch {
	case math.IsNaN(f):
		return "NaN"
	case math.IsInf(f, 0):
		return strings.ToLower(strings.TrimPrefix(strconv.FormatFloat(f, 'g', -1, 64), "+"))
	}
	s := strconv.FormatFloat(f, 'g', -1, 64)
	if !strings.ContainsAny(s, ".e") {
		s += ".0"
	}
	return s
}

// timeText writes no more digits of a second than it has.
func timeText(t civil.Time) string {
	s := time.Date(2000, 1, 1, t.Hour, t.Minute, t.Second, t.Nanosecond/1000*1000, time.UTC).Format("15:04:05.000000")
	return strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(s, ".000000"), "000"), "")
}
