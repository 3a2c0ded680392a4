package codec

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"time"

	"cloud.google.com/go/civil"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/bigquery/sql"
)

// AppendRow appends a row in the form of tabledata.list: {"f":[{"v":…}]}. Timestamps are whole microseconds if micros is
// set, else seconds with a fraction.
func (s *Shape) AppendRow(to []byte, row Row, micros bool) []byte {
	to = append(to, `{"f":[`...)
	for i := range s.fields {
		if i > 0 {
			to = append(to, ',')
		}
		to = append(to, `{"v":`...)
		to = s.fields[i].appendCell(to, row[i], micros)
		to = append(to, '}')
	}
	return append(to, `]}`...)
}

func (f *field) appendCell(to []byte, value sql.Value, micros bool) []byte {
	if value == nil {
		return append(to, "null"...)
	}
	if !f.Type.Array {
		return f.appendOne(to, value, micros)
	}
	to = append(to, '[')
	for i, element := range value.([]sql.Value) {
		if i > 0 {
			to = append(to, ',')
		}
		to = append(to, `{"v":`...)
		to = f.appendOne(to, element, micros)
		to = append(to, '}')
	}
	return append(to, ']')
}

func (f *field) appendOne(to []byte, value sql.Value, micros bool) []byte {
	if value == nil {
		return append(to, "null"...)
	}
	if f.Type.Kind == sql.Struct {
		return f.inner.AppendRow(to, value.(Row), micros)
	}
	if t, ok := value.(time.Time); ok {
		to = append(to, '"')
		if micros {
			to = strconv.AppendInt(to, t.UnixMicro(), 10)
		} else {
			to = appendSeconds(to, t.UnixMicro())
		}
		return append(to, '"')
	}
	if text, ok := value.(string); ok {
		return appendString(to, text)
	}
	to = append(to, '"')
	to = AppendText(to, f.Type.Kind, value)
	return append(to, '"')
}

// appendSeconds appends microseconds as seconds with six digits of a fraction; a float64 has too few digits for them.
func appendSeconds(to []byte, micros int64) []byte {
	whole, fraction := micros/1e6, micros%1e6
	if micros < 0 {
		to, whole, fraction = append(to, '-'), -whole, -fraction
	}
	return fmt.Appendf(to, "%d.%06d", whole, fraction)
}

// AppendText appends a scalar value as text, the way that BigQuery prints it.
func AppendText(to []byte, kind sql.Kind, value sql.Value) []byte {
	switch v := value.(type) {
	case nil:
		return to
	case bool:
		return strconv.AppendBool(to, v)
	case int64:
		return strconv.AppendInt(to, v, 10)
	case float64:
		return appendFloat(to, v)
	case string:
		return append(to, v...)
	case []byte:
		return base64.StdEncoding.AppendEncode(to, v)
	case *big.Rat:
		return append(to, decimal(kind, v)...)
	case civil.Date:
		return append(to, v.String()...)
	case civil.Time:
		return appendTime(to, v)
	case civil.DateTime:
		to = append(to, v.Date.String()...)
		return appendTime(append(to, 'T'), v.Time)
	case time.Time:
		return v.UTC().AppendFormat(to, "2006-01-02 15:04:05.999999 UTC")
	}
	return fmt.Append(to, value)
}

func appendFloat(to []byte, x float64) []byte {
	switch {
	case math.IsInf(x, 1):
		return append(to, "Infinity"...)
	case math.IsInf(x, -1):
		return append(to, "-Infinity"...)
	}
	return strconv.AppendFloat(to, x, 'g', -1, 64)
}

func appendTime(to []byte, t civil.Time) []byte {
	at := time.Date(1, 1, 1, t.Hour, t.Minute, t.Second, t.Nanosecond, time.UTC)
	return at.AppendFormat(to, "15:04:05.999999")
}

// decimal prints a number without zeros at its end.
func decimal(kind sql.Kind, r *big.Rat) string {
	if r.IsInt() {
		return r.Num().String()
	}
	scale := numericScale
	if kind == sql.BigNumeric {
		scale = bigNumericScale
	}
	text := r.FloatString(scale)
	for text[len(text)-1] == '0' {
		text = text[:len(text)-1]
	}
	return text
}

func appendString(to []byte, text string) []byte {
	for i := range len(text) {
		if c := text[i]; c < ' ' || c == '"' || c == '\\' || c >= 0x80 {
			quoted, err := json.Marshal(text)
			if err != nil { // there is no such string
				panic(err)
			}
			return append(to, quoted...)
		}
	}
	to = append(to, '"')
	to = append(to, text...)
	return append(to, '"')
}
