package codec

import (
	"encoding/base64"
	"math"
	"math/big"
	"strconv"
	"strings"
	"time"

	"cloud.google.com/go/civil"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/bigquery/sql"
)

// text parses a value of a scalar type from its text, as JSON strings and CSV have it.
func (f *field) text(text string) (sql.Value, error) {
	value, ok := parse(f.Type.Kind, text)
	if !ok {
		return nil, f.bad(f.word(), text)
	}
	return value, nil
}

// Parse parses a scalar value from its text, and reports whether the text is one of that kind.
func Parse(kind sql.Kind, text string) (sql.Value, bool) { return parse(kind, text) }

func parse(kind sql.Kind, text string) (sql.Value, bool) {
	switch kind {
	case sql.String:
		return text, true
	case sql.Int64:
		n, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64)
		return n, err == nil
	case sql.Float64:
		return parseFloat(text)
	case sql.Bool:
		return parseBool(text)
	case sql.Bytes:
		data, err := base64.StdEncoding.DecodeString(text)
		return data, err == nil
	case sql.Numeric, sql.BigNumeric:
		return parseDecimal(kind, text)
	case sql.JSON:
		return text, validJSON(text)
	case sql.Geography:
		return text, text != ""
	}
	return parseMoment(kind, text)
}

func parseFloat(text string) (sql.Value, bool) {
	switch strings.ToLower(strings.TrimSpace(text)) {
	case "nan":
		return math.NaN(), true
	case "inf", "+inf", "infinity", "+infinity":
		return math.Inf(1), true
	case "-inf", "-infinity":
		return math.Inf(-1), true
	}
	x, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	return x, err == nil
}

// parseBool parses the spellings that load jobs accept. Source:
// https://docs.cloud.google.com/bigquery/docs/loading-data-cloud-storage-csv#data_types.
func parseBool(text string) (sql.Value, bool) {
	switch strings.ToLower(text) {
	case "true", "t", "yes", "y", "1":
		return true, true
	case "false", "f", "no", "n", "0":
		return false, true
	}
	return nil, false
}

// Scales of the decimal types, in digits after the point, and the digits before it.
const (
	numericScale, numericDigits       = 9, 29
	bigNumericScale, bigNumericDigits = 38, 39
)

func parseDecimal(kind sql.Kind, text string) (sql.Value, bool) {
	text = strings.TrimSpace(text)
	if strings.ContainsAny(text, "/_xXpPoObB") || len(text) > 128 {
		return nil, false
	}
	r, ok := new(big.Rat).SetString(text)
	if !ok {
		return nil, false
	}
	return roundDecimal(kind, r)
}

// roundDecimal rounds half away from zero to the scale of the type, and refuses what does not fit.
func roundDecimal(kind sql.Kind, r *big.Rat) (sql.Value, bool) {
	scale, digits := int64(numericScale), int64(numericDigits)
	if kind == sql.BigNumeric {
		scale, digits = bigNumericScale, bigNumericDigits
	}
	ten := big.NewInt(10)
	unit := new(big.Int).Exp(ten, big.NewInt(scale), nil)
	twice := new(big.Int).Mul(new(big.Int).Mul(r.Num(), unit), big.NewInt(2))
	if r.Sign() >= 0 {
		twice.Add(twice, r.Denom())
	} else {
		twice.Sub(twice, r.Denom())
	}
	n := twice.Quo(twice, new(big.Int).Mul(r.Denom(), big.NewInt(2)))
	if kind == sql.BigNumeric {
		// The largest BIGNUMERIC is 2^255-1 units, the smallest one -2^255.
		if limit := new(big.Int).Lsh(big.NewInt(1), 255); n.Cmp(limit) >= 0 || n.CmpAbs(limit) > 0 {
			return nil, false
		}
	} else if n.CmpAbs(new(big.Int).Exp(ten, big.NewInt(scale+digits), nil)) >= 0 {
		return nil, false
	}
	return new(big.Rat).SetFrac(n, unit), true
}

// seconds parses a time in seconds since 1970.
func (f *field) seconds(text string) (sql.Value, error) {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return f.within(time.Unix(n, 0), text)
	}
	r, ok := new(big.Rat).SetString(text)
	if !ok {
		return nil, f.bad(f.word(), text)
	}
	micros := new(big.Int).Quo(new(big.Int).Mul(r.Num(), big.NewInt(1e6)), r.Denom())
	if !micros.IsInt64() {
		return nil, f.bad(f.word(), text)
	}
	return f.within(time.UnixMicro(micros.Int64()), text)
}

func (f *field) within(t time.Time, text string) (sql.Value, error) {
	if !inRange(t.UTC()) {
		return nil, f.bad(f.word(), text)
	}
	return t.UTC(), nil
}

func inRange(t time.Time) bool { return t.Year() >= 1 && t.Year() <= 9999 }

// parseMoment parses dates and times.
func parseMoment(kind sql.Kind, text string) (sql.Value, bool) {
	text = strings.TrimSpace(text)
	switch kind {
	case sql.Date:
		t, err := time.Parse("2006-1-2", text)
		return civil.DateOf(t), err == nil && inRange(t)
	case sql.Time:
		t, err := time.Parse("15:4:5.999999999", text)
		return civil.TimeOf(micro(t)), err == nil
	case sql.DateTime:
		t, ok := parseLayouts(text, "2006-1-2 15:4:5.999999999", "2006-1-2T15:4:5.999999999", "2006-1-2")
		return civil.DateTimeOf(micro(t)), ok && inRange(t)
	case sql.Timestamp:
		t, ok := parseTimestamp(text)
		t = micro(t.UTC())
		return t, ok && inRange(t)
	}
	return nil, false
}

func parseTimestamp(text string) (time.Time, bool) {
	if seconds, err := strconv.ParseInt(text, 10, 64); err == nil {
		return time.Unix(seconds, 0), true
	}
	if zone, found := strings.CutSuffix(text, " UTC"); found {
		text = zone + "Z"
	}
	return parseLayouts(text, time.RFC3339Nano, "2006-1-2 15:4:5.999999999Z07:00", "2006-1-2 15:4:5.999999999 Z07:00",
		"2006-1-2T15:4:5.999999999", "2006-1-2 15:4:5.999999999", "2006-1-2 15:4:5.999999999-07", "2006-1-2")
}

func parseLayouts(text string, layouts ...string) (time.Time, bool) {
	for _, layout := range layouts {
		if t, err := time.Parse(layout, text); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

// micro cuts a time to microseconds, which is what BigQuery keeps.
func micro(t time.Time) time.Time { return t.Truncate(time.Microsecond) }

// word is what BigQuery's messages call a type.
func (f *field) word() string {
	switch f.Type.Kind {
	case sql.Int64:
		return "integer"
	case sql.Float64:
		return "floating point"
	case sql.Bool:
		return "boolean"
	}
	return strings.ToLower(string(f.Type.Kind))
}
