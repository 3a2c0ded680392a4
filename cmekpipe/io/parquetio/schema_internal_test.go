package parquetio

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xitongsys/parquet-go/writer"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/conformance/parquetrows"
)

type inner struct {
	Text string   `parquet:"name=text, type=BYTE_ARRAY, convertedtype=UTF8"`
	Some []string `parquet:"name=some, type=LIST, valuetype=BYTE_ARRAY, valueconvertedtype=UTF8"`
}

// kitchen has a column of each kind.
type kitchen struct {
	Bool    bool             `parquet:"name=bool, type=BOOLEAN"`
	Int     int32            `parquet:"name=int, type=INT32"`
	Small   int16            `parquet:"name=small, type=INT32, convertedtype=INT_16"`
	Long    int64            `parquet:"name=long, type=INT64"`
	Float   float32          `parquet:"name=float, type=FLOAT"`
	Double  float64          `parquet:"name=double, type=DOUBLE"`
	Text    string           `parquet:"name=text, type=BYTE_ARRAY, convertedtype=UTF8"`
	Dict    string           `parquet:"name=dict, type=BYTE_ARRAY, convertedtype=UTF8, encoding=PLAIN_DICTIONARY"`
	Numbers int64            `parquet:"name=numbers, type=INT64, encoding=RLE_DICTIONARY"`
	Fixed   string           `parquet:"name=fixed, type=FIXED_LEN_BYTE_ARRAY, length=3"`
	Day     int32            `parquet:"name=day, type=INT32, convertedtype=DATE"`
	Time    int64            `parquet:"name=time, type=INT64, convertedtype=TIMESTAMP_MICROS"`
	Money   int64            `parquet:"name=money, type=INT64, convertedtype=DECIMAL, scale=2, precision=18"`
	Maybe   *string          `parquet:"name=maybe, type=BYTE_ARRAY, convertedtype=UTF8, encoding=PLAIN_DICTIONARY"`
	MaybeI  *int64           `parquet:"name=maybei, type=INT64"`
	Nested  inner            `parquet:"name=nested"`
	MaybeN  *inner           `parquet:"name=mayben"`
	List    []int64          `parquet:"name=list, type=LIST, valuetype=INT64"`
	Rep     []int32          `parquet:"name=rep, type=INT32, repetitiontype=REPEATED"`
	Structs []inner          `parquet:"name=structs, type=LIST"`
	Map     map[string]int32 `parquet:"name=map, type=MAP, keytype=BYTE_ARRAY, keyconvertedtype=UTF8, valuetype=INT32"`
	Ignored string
}

func kitchenRow(i int) kitchen {
	k := kitchen{
		Bool: i%2 == 0, Int: int32(-i), Small: int16(i), Long: math.MaxInt64 - int64(i), Float: float32(i) / 2, Double: float64(i) / 3,
		Text: strings.Repeat("ü", i%5), Dict: string(rune('a' + i%3)), Numbers: int64(i % 7), Fixed: "abc", Day: int32(i), Time: int64(i),
		Money: int64(i), Nested: inner{Text: "n", Some: []string{}}, List: []int64{}, Rep: nil, Structs: []inner{},
		Map: map[string]int32{},
	}
	if i%2 == 1 {
		text, number := "there", int64(i)
		k.Maybe, k.MaybeI = &text, &number
		k.Nested.Some = []string{"x", ""}
		k.MaybeN = &inner{Text: "m", Some: []string{"y"}}
		k.List, k.Rep = []int64{1, 2, int64(i)}, []int32{int32(i), 2}
		k.Structs = []inner{{Text: "s", Some: []string{}}, {Text: "t", Some: []string{"u", "v"}}}
		k.Map = map[string]int32{"k": int32(i)}
	}
	return k
}

// write makes a file of rows, with a new page each so many.
func write(t testing.TB, each int, values ...any) []byte {
	t.Helper()
	sh, err := newShape(reflect.TypeOf(values[0]))
	if err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	e, out := &encoder{shape: sh}, bufio.NewWriter(&file)
	if err := e.Begin(out); err != nil {
		t.Fatal(err)
	}
	for i, v := range values {
		if err := e.Write(v); err != nil {
			t.Fatal(err)
		}
		if i%each == each-1 {
			if err := e.endPage(); err != nil {
				t.Fatal(err)
			}
		}
		if i%(3*each) == 3*each-1 {
			if err := e.endGroup(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := errors.Join(e.End(), out.Flush()); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

func TestAllKindsOfTags(t *testing.T) {
	var in []any
	for i := range 100 {
		in = append(in, kitchenRow(i))
	}
	file := write(t, 7, in...)
	sh, err := newShape(reflect.TypeFor[kitchen]())
	if err != nil {
		t.Fatal(err)
	}
	var out []any
	if err := sh.read(file, func(row any) { out = append(out, row) }); err != nil {
		t.Fatal(err)
	}
	for i := range in { // nil and empty slices are one in Parquet
		want, got := in[i].(kitchen), out[i].(kitchen)
		if len(want.Rep) == 0 {
			want.Rep, got.Rep = nil, nil
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("row %d differs (-want +got):\n%s", i, diff)
		}
	}
	rows, err := parquetrows.Read(file)
	if err != nil || len(rows) != len(in) {
		t.Fatalf("got %d rows, %v from Arrow, want %d", len(rows), err, len(in))
	}
	for i, text := range rows {
		var got struct {
			Int    int32
			Long   int64
			Dict   string
			Maybe  *string
			Maybei *int64
			Nested struct{ Some []string }
			List   []int64
			Rep    []int32
		}
		if err := json.Unmarshal(text, &got); err != nil {
			t.Fatal(err)
		}
		want := in[i].(kitchen)
		if got.Int != want.Int || got.Long != want.Long || got.Dict != want.Dict || !cmp.Equal(got.Maybe, want.Maybe) || !cmp.Equal(got.Maybei, want.MaybeI) ||
			len(got.Nested.Some) != len(want.Nested.Some) || !cmp.Equal(got.List, want.List) || len(got.Rep) != len(want.Rep) {
			t.Fatalf("row %d: got %s from Arrow, want %+v", i, text, want)
		}
	}
}

type cyclic struct {
	Next *cyclic `parquet:"name=next"`
}

func TestTypesThatWouldLoseSomethingAreRefused(t *testing.T) {
	type embedded struct {
		inner
		Other string `parquet:"name=other, type=BYTE_ARRAY"`
	}
	for want, v := range map[string]any{
		"no field with a parquet tag": struct{ A string }{},
		"A: int64 can't be written with type=INT32": struct {
			A int64 `parquet:"name=a, type=INT32"`
		}{},
		"A: int64 can't be written with encoding=DELTA_BINARY_PACKED and type=INT64": struct {
			A int64 `parquet:"name=a, type=INT64, encoding=DELTA_BINARY_PACKED"`
		}{},
		"A: [12]uint8 can't be written with type=BYTE_ARRAY": struct {
			A [12]byte `parquet:"name=a, type=BYTE_ARRAY"`
		}{},
		"A: string can't be written with repetitiontype=OPTIONAL": struct {
			A string `parquet:"name=a, type=BYTE_ARRAY, repetitiontype=OPTIONAL"`
		}{},
		"field Größe would be left out": struct {
			Größe string `parquet:"name=a, type=BYTE_ARRAY"`
		}{},
		"field A has an invalid tag": struct {
			A string `parquet:"name=a, typ=BYTE_ARRAY"`
		}{},
		"convertedtype=UTF-8": struct {
			A string `parquet:"name=a, type=BYTE_ARRAY, convertedtype=UTF-8"`
		}{},
		`name "a" of another`: struct {
			A string `parquet:"name=a, type=BYTE_ARRAY"`
			B string `parquet:"name=a, type=BYTE_ARRAY"`
		}{},
		"length=0": struct {
			A string `parquet:"name=a, type=FIXED_LEN_BYTE_ARRAY"`
		}{},
		"holds itself":          cyclic{},
		"inner is embedded and": embedded{},
	} {
		_, err := newShape(reflect.TypeOf(v))
		if !errors.Is(err, cmekpipe.InvalidOptions) || !strings.Contains(err.Error(), want) {
			t.Errorf("%T: got %v, want %q", v, err, want)
		}
	}
}

type pair struct {
	A string `parquet:"name=a, type=BYTE_ARRAY, convertedtype=UTF8"`
	B int64  `parquet:"name=b, type=INT64, encoding=PLAIN_DICTIONARY"`
}

// Whatever is cut off or changed, reading ends with an error or with the rows that were written, and never shows them.
func TestDamageIsFound(t *testing.T) {
	rows := []any{pair{"secret", 1}, pair{"secret", 2}, pair{"secret", 3}}
	file := write(t, 2, rows...)
	sh, err := newShape(reflect.TypeFor[pair]())
	if err != nil {
		t.Fatal(err)
	}
	for size := range file {
		err := sh.read(file[:size], func(any) {})
		if !errors.Is(err, cmekpipe.Corrupted) || strings.Contains(err.Error(), "secret") {
			t.Fatalf("%d of %d bytes: got %v, want %v", size, len(file), err, cmekpipe.Corrupted)
		}
	}
	for i := range file {
		spoiled := bytes.Clone(file)
		spoiled[i] ^= 0x10
		var got []any
		if err := sh.read(spoiled, func(row any) { got = append(got, row) }); err == nil && !cmp.Equal(got, rows) {
			t.Errorf("byte %d: got %v and no error, want what was written or an error", i, got)
		}
	}
}

// The library fills up a column that is shorter than others.
func TestColumnThatIsShortIsFound(t *testing.T) {
	sh, err := newShape(reflect.TypeFor[pair]())
	if err != nil {
		t.Fatal(err)
	}
	long, short := write(t, 9, pair{"a", 1}, pair{"b", 2}, pair{"c", 3}), write(t, 9, pair{"a", 1}, pair{"b", 2})
	footer, err := readFooter(long)
	if err != nil {
		t.Fatal(err)
	}
	other, err := readFooter(short)
	if err != nil {
		t.Fatal(err)
	}
	group, column := footer.RowGroups[0], other.RowGroups[0].Columns[1].MetaData
	if _, err := sh.readGroup(long, group); err != nil {
		t.Fatal(err)
	}
	column.DataPageOffset += int64(len(long))
	*column.DictionaryPageOffset += int64(len(long))
	group.Columns[1].MetaData = column
	_, err = sh.readGroup(slices.Concat(long, short), group)
	if err == nil || !strings.Contains(err.Error(), "2 rows and 2 values, want 3 and 2") {
		t.Errorf("got %v, want the rows and values that column b has", err)
	}
}

// The library's reader reads columns as the type declares them, whatever the file contains.
func TestColumnsOfAnotherKindAreRefused(t *testing.T) {
	type optional struct {
		A *string `parquet:"name=a, type=BYTE_ARRAY, convertedtype=UTF8"`
		B int64   `parquet:"name=b, type=INT64"`
	}
	file := write(t, 2, optional{B: 1})
	sh, err := newShape(reflect.TypeFor[pair]())
	if err != nil {
		t.Fatal(err)
	}
	if err := sh.read(file, func(any) {}); !errors.Is(err, cmekpipe.InvalidOptions) || !strings.Contains(err.Error(), `["a"] as OPTIONAL`) {
		t.Errorf("got %v, want %v about the column", err, cmekpipe.InvalidOptions)
	}
}

func TestFilesOfTheLibraryAreRead(t *testing.T) {
	var file bytes.Buffer
	w, err := writer.NewParquetWriterFromWriter(&file, new(kitchen), 4)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 50 {
		if err := w.Write(kitchenRow(i)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.WriteStop(); err != nil {
		t.Fatal(err)
	}
	sh, err := newShape(reflect.TypeFor[kitchen]())
	if err != nil {
		t.Fatal(err)
	}
	rows := 0
	if err := sh.read(file.Bytes(), func(any) { rows++ }); err != nil || rows != 50 {
		t.Errorf("got %d rows, %v, want 50", rows, err)
	}
}
