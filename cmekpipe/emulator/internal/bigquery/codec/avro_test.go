package codec_test

import (
	"encoding/binary"
	"math/big"
	"testing"
	"time"

	"cloud.google.com/go/civil"
	"github.com/google/go-cmp/cmp"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/bigquery/codec"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/bigquery/sql"
)

func TestAvroComesBackAsItWas(t *testing.T) {
	scalar := func(name string, k sql.Kind) sql.Field { return sql.Field{Name: name, Type: sql.Type{Kind: k}} }
	columns := []sql.Field{
		{Name: "id", Type: sql.Type{Kind: sql.Int64}, Required: true}, scalar("s", sql.String), scalar("n", sql.Numeric),
		scalar("t", sql.Timestamp), scalar("d", sql.Date), scalar("j", sql.JSON), scalar("dt", sql.DateTime),
		{Name: "r", Type: sql.Type{Kind: sql.Struct, Array: true, Fields: []sql.Field{scalar("b", sql.Bool)}}},
	}
	rows := []codec.Row{
		{int64(-7), "é", big.NewRat(-5, 2), time.UnixMicro(1).UTC(), civil.Date{Year: 1969, Month: 12, Day: 31}, `{"a":1}`,
			civil.DateTime{Date: civil.Date{Year: 2026, Month: 1, Day: 2}}, []sql.Value{codec.Row{true}, codec.Row{nil}}},
		{int64(1), nil, nil, nil, nil, nil, nil, []sql.Value{}},
	}
	a, err := codec.NewShape(columns).Avro([]int{0, 1, 2, 3, 4, 5, 6, 7})
	if err != nil {
		t.Fatal(err)
	}
	text := func(to []byte, s string) []byte { return append(binary.AppendVarint(to, int64(len(s))), s...) }
	mark := "0123456789abcdef"
	file := append(binary.AppendVarint([]byte("Obj\x01"), 1), text(text(nil, "avro.schema"), a.Schema())...)
	file = append(append(file, 0), mark...)
	file = append(text(binary.AppendVarint(file, int64(len(rows))), string(a.Append(nil, rows))), mark...)
	got, back, err := codec.ReadAvro(file, nil, true)
	if err != nil {
		t.Fatal(err)
	}
	rat := cmp.Comparer(func(a, b *big.Rat) bool { return a.Cmp(b) == 0 })
	if diff := cmp.Diff(columns, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(rows, back, rat); diff != "" {
		t.Error(diff)
	}
	for n := range len(file) - 1 {
		if _, _, err := codec.ReadAvro(file[:n], columns, true); err == nil && n != len(file)-len(mark) {
			if _, some, _ := codec.ReadAvro(file[:n], columns, true); len(some) > 0 {
				t.Fatalf("a file cut at %d was read", n)
			}
		}
	}
}
