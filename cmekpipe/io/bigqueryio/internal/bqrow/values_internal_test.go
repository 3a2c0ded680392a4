package bqrow

import (
	"math/big"
	"reflect"
	"strings"
	"testing"
	"time"

	"cloud.google.com/go/bigquery"
	"cloud.google.com/go/civil"
)

// value returns an addressable value.
func value[T any](x T) reflect.Value {
	v := reflect.New(reflect.TypeFor[T]()).Elem()
	v.Set(reflect.ValueOf(x))
	return v
}

func TestDecimalsAreComparedWithTheirBoundsAfterRounding(t *testing.T) {
	const nines29 = "99999999999999999999999999999"
	const most = "578960446186580977117854925043439539266.34992332820282019728792003956564819967"
	for _, tt := range []struct {
		typ      bigquery.FieldType
		in, want string // "" is refused
	}{
		{bigquery.NumericFieldType, "1.5", "1.500000000"},
		{bigquery.NumericFieldType, nines29 + ".999999999", nines29 + ".999999999"},
		{bigquery.NumericFieldType, "-" + nines29 + ".999999999", "-" + nines29 + ".999999999"},
		{bigquery.NumericFieldType, nines29 + ".9999999994", nines29 + ".999999999"},
		{bigquery.NumericFieldType, nines29 + ".9999999996", ""},
		{bigquery.NumericFieldType, "-" + nines29 + ".9999999996", ""},
		{bigquery.NumericFieldType, "1e29", ""},
		{bigquery.NumericFieldType, "1e1000", ""},
		{bigquery.BigNumericFieldType, most, most},
		{bigquery.BigNumericFieldType, "-" + most[:len(most)-1] + "8", "-" + most[:len(most)-1] + "8"},
		{bigquery.BigNumericFieldType, most + "4", most},
		{bigquery.BigNumericFieldType, most + "5", ""},
		{bigquery.BigNumericFieldType, "-" + most[:len(most)-1] + "9", ""},
		{bigquery.BigNumericFieldType, "579e36", ""},
		{bigquery.BigNumericFieldType, "1e39", ""},
	} {
		in, _ := new(big.Rat).SetString(tt.in)
		get, ok := getterOf(reflect.TypeFor[*big.Rat](), tt.typ)
		if !ok {
			t.Fatalf("%s: got no way to write a *big.Rat", tt.typ)
		}
		got, bad := get.text(value(in))
		if got != tt.want || (bad == nil) != (tt.want != "") {
			t.Errorf("%s %s: got %q, refusal %v, want %q", tt.typ, tt.in, got, bad, tt.want)
		}
		if bad != nil && strings.Contains(bad.Why, "9") {
			t.Errorf("%s %s: got digits in the refusal %q", tt.typ, tt.in, bad.Why)
		}
	}
}

func FuzzDecimal(f *testing.F) {
	for _, s := range []string{"0", "-1/3", "99999999999999999999999999999.9999999996", "5789604461865809771178549250434395392663499e-4", "1e77", "-1e-77"} {
		n, _ := new(big.Rat).SetString(s)
		f.Add(n.Num().Bytes(), n.Denom().Bytes(), n.Sign() < 0)
	}
	f.Fuzz(func(t *testing.T, num, denom []byte, negative bool) {
		d := new(big.Int).SetBytes(denom)
		if d.Sign() == 0 {
			return
		}
		n := new(big.Rat).SetFrac(new(big.Int).SetBytes(num), d)
		if negative {
			n.Neg(n)
		}
		for typ, scale := range map[bigquery.FieldType]int{bigquery.NumericFieldType: 9, bigquery.BigNumericFieldType: 38} {
			get, _ := getterOf(reflect.TypeFor[*big.Rat](), typ)
			text, bad := get.text(value(n))
			if bad != nil {
				continue
			}
			c := &column{typ: typ, get: get}
			data, bad := c.appendAvroValue(nil, value(n))
			if bad != nil {
				t.Fatalf("%s: got %v in Avro for %s", typ, bad, text)
			}
			if bits := unscaled(text).BitLen(); bits > 255 || typ == bigquery.NumericFieldType && bits > 127 || len(data) > 34 {
				t.Errorf("%s: got %s, %d bits and %d bytes, which its column can't hold", typ, text, bits, len(data))
			}
			again, ok := new(big.Rat).SetString(text)
			if !ok {
				t.Fatalf("%s: got %q, want a number", typ, text)
			}
			half := new(big.Rat).SetFrac(big.NewInt(1), new(big.Int).Mul(big.NewInt(2), new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(scale)), nil)))
			if off := new(big.Rat).Sub(again, n); off.Abs(off).Cmp(half) > 0 {
				t.Errorf("%s: got %s for %s, which is not the nearest number", typ, text, n)
			}
		}
	})
}

func FuzzTimes(f *testing.F) {
	f.Add(2026, 11, 30, 23, 59, 59, 999_999_999)
	f.Add(0, 0, 0, 0, 0, 0, 0)
	f.Add(-1<<63, 1<<40, -1, 24, 60, 60, 1_000_000_000)
	f.Add(9999, 2, 29, -1, -1, -1, -1)
	f.Fuzz(func(t *testing.T, year, month, day, hour, minute, second, nano int) {
		d := civil.Date{Year: year, Month: time.Month(month), Day: day}
		c := civil.Time{Hour: hour, Minute: minute, Second: second, Nanosecond: nano}
		row := struct {
			D  civil.Date
			C  civil.Time
			DT civil.DateTime
			T  time.Time
		}{d, c, civil.DateTime{Date: d, Time: c}, time.Date(year, time.Month(month), day, hour, minute, second, nano, time.UTC)}
		v := value(row)
		types, err := NewType(v.Type(), nil)
		if err != nil {
			t.Fatal(err)
		}
		_, inProto := types.AppendProto(nil, v)
		_, inAvro := types.AppendAvro(nil, v)
		if (inProto == nil) != (inAvro == nil) {
			t.Errorf("got %v in protobuf and %v in Avro, want the same", inProto, inAvro)
		}
		if inProto == nil && (!d.IsValid() || !c.IsValid() || year < 1 || year > 9999) {
			t.Errorf("got %+v accepted", row)
		}
	})
}
