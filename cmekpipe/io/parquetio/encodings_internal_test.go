package parquetio

import (
	"bytes"
	"encoding/json"
	"math"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v15/parquet/file"
	"github.com/apache/arrow/go/v15/parquet/metadata"
	"github.com/google/go-cmp/cmp"

	"github.com/cmekpipe/cmekpipe-go/internal/testing/conformance/parquetrows"
)

// packed has a column for each encoding that stores differences of lengths.
type packed struct {
	Length string `parquet:"name=length, type=BYTE_ARRAY, convertedtype=UTF8, encoding=DELTA_LENGTH_BYTE_ARRAY"`
	Prefix string `parquet:"name=prefix, type=BYTE_ARRAY, convertedtype=UTF8, encoding=DELTA_BYTE_ARRAY"`
}

// split has a column for each encoding that splits values.
type split struct {
	Float  float32 `parquet:"name=float, type=FLOAT, encoding=BYTE_STREAM_SPLIT"`
	Double float64 `parquet:"name=double, type=DOUBLE, encoding=BYTE_STREAM_SPLIT"`
}

// packedRows have values of very different lengths, and others that begin alike.
func packedRows(n int) []any {
	rows := make([]any, n)
	for i := range rows {
		r := packed{Length: strings.Repeat("ä", i%9), Prefix: "account-" + strconv.Itoa(i)}
		switch i % 50 {
		case 0:
			r.Length = strings.Repeat("x", 70_000)
		case 1:
			r.Prefix = ""
		}
		rows[i] = r
	}
	return rows
}

func readAll(t *testing.T, row reflect.Type, data []byte) []any {
	t.Helper()
	sh, err := newShape(row)
	if err != nil {
		t.Fatal(err)
	}
	var rows []any
	if err := sh.read(data, func(row any) { rows = append(rows, row) }); err != nil {
		t.Fatal(err)
	}
	return rows
}

func TestDifferencesAreReadBackByBothReaders(t *testing.T) {
	for _, n := range []int{1, 2, 31, 128, 129, 1000} {
		want := packedRows(n)
		data := write(t, 300, want...)
		if diff := cmp.Diff(want, readAll(t, reflect.TypeFor[packed](), data)); diff != "" {
			t.Fatalf("%d rows (-want +got):\n%s", n, diff)
		}
		rows, err := parquetrows.Read(data)
		if err != nil {
			t.Fatalf("%d rows: got error %v from Arrow", n, err)
		}
		var got []any
		for _, text := range rows {
			var r packed
			if err := json.Unmarshal(text, &r); err != nil {
				t.Fatal(err)
			}
			got = append(got, r)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("%d rows from Arrow (-want +got):\n%s", n, diff)
		}
	}
}

func TestSplitValuesAreReadBack(t *testing.T) {
	var want []any
	for i := range 1000 {
		want = append(want, split{float32(i) / 3, -float64(i) / 7})
	}
	want = append(want, split{math.MaxFloat32, math.SmallestNonzeroFloat64}, split{float32(math.Inf(-1)), math.Inf(1)})
	got := readAll(t, reflect.TypeFor[split](), write(t, 300, want...))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("rows differ (-want +got):\n%s", diff)
	}
}

// Arrow skips groups of rows by the statistics that a file has of them.
func TestStatisticsAreAsArrowReadsThem(t *testing.T) {
	type bounded struct {
		Int   int32   `parquet:"name=int, type=INT32"`
		Long  *int64  `parquet:"name=long, type=INT64"`
		Count int32   `parquet:"name=count, type=INT32, convertedtype=UINT_32"`
		Text  string  `parquet:"name=text, type=BYTE_ARRAY, convertedtype=UTF8"`
		Float float64 `parquet:"name=float, type=DOUBLE"`
	}
	low, high := int64(math.MinInt64), int64(5)
	data := write(t, 9, bounded{-1, &low, -1, "é", 1}, bounded{7, nil, 3, "", math.NaN()}, bounded{0, &high, 0, "z", -1})
	r, err := file.NewParquetReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	group := r.MetaData().RowGroup(0)
	want := []struct {
		bounds   bool
		min, max any
		nulls    int64
	}{{true, int32(-1), int32(7), 0}, {true, low, high, 1}, {true, uint32(0), uint32(math.MaxUint32), 0}, {true, "", "é", 0}, {false, nil, nil, 0}}
	for i, w := range want {
		column, err := group.ColumnChunk(i)
		if err != nil {
			t.Fatal(err)
		}
		s, err := column.Statistics()
		if err != nil {
			t.Fatal(err)
		}
		if s.NullCount() != w.nulls || s.HasMinMax() != w.bounds {
			t.Errorf("column %d: got %d nulls and bounds %v, want %d and %v", i, s.NullCount(), s.HasMinMax(), w.nulls, w.bounds)
		} else if lo, hi := bounds(s); w.bounds && (lo != w.min || hi != w.max) {
			t.Errorf("column %d: got bounds %v and %v, want %v and %v", i, lo, hi, w.min, w.max)
		}
	}
}

// bounds are the least and the greatest value for Arrow; those of unsigned columns as such.
func bounds(s metadata.TypedStatistics) (lo, hi any) {
	switch s := s.(type) {
	case *metadata.Int32Statistics:
		if s.Descr().ConvertedType().String() == "UINT_32" {
			return uint32(s.Min()), uint32(s.Max())
		}
		return s.Min(), s.Max()
	case *metadata.Int64Statistics:
		return s.Min(), s.Max()
	case *metadata.ByteArrayStatistics:
		return string(s.Min()), string(s.Max())
	}
	return nil, nil
}
