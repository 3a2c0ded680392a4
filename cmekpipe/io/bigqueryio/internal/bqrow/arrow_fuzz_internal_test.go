package bqrow

import (
	"bytes"
	"math/big"
	"reflect"
	"testing"
	"time"

	"cloud.google.com/go/bigquery"
	"cloud.google.com/go/civil"
	"github.com/apache/arrow/go/v15/arrow"
	"github.com/apache/arrow/go/v15/arrow/array"
	"github.com/apache/arrow/go/v15/arrow/ipc"
	"github.com/apache/arrow/go/v15/arrow/memory"
)

// fetched has a field for each reader of a column.
type fetched struct {
	S  bigquery.NullString
	I  int64
	F  bigquery.NullFloat64
	B  bool
	R  []byte
	N  *big.Rat
	W  *big.Rat
	D  civil.Date
	C  bigquery.NullTime
	DT civil.DateTime
	T  time.Time
	L  []int64
	M  []struct{ X bigquery.NullInt64 }
	P  *struct{ Y string }
}

// batchOf returns a schema and a batch of rows with the values of a JSON list of objects.
func batchOf(tb testing.TB, rows string) (schema, batch []byte) {
	tb.Helper()
	inferred, err := bigquery.InferSchema(fetched{})
	if err != nil {
		tb.Fatal(err)
	}
	for _, f := range inferred {
		if f.Name == "W" {
			f.Type = bigquery.BigNumericFieldType
		}
	}
	s := arrow.NewSchema(arrowFields(inferred), nil)
	record, _, err := array.RecordFromJSON(memory.DefaultAllocator, s, bytes.NewReader([]byte(rows)))
	if err != nil {
		tb.Fatal(err)
	}
	defer record.Release()
	var all bytes.Buffer
	w := ipc.NewWriter(&all, ipc.WithSchema(s))
	if err := w.Write(record); err != nil {
		tb.Fatal(err)
	}
	whole := bytes.Clone(all.Bytes())
	var head bytes.Buffer
	empty := ipc.NewWriter(&head, ipc.WithSchema(s))
	if err := empty.Close(); err != nil {
		tb.Fatal(err)
	}
	schema = head.Bytes()[:head.Len()-8] // without the marker of the end
	return schema, whole[len(schema):]
}

const fetchedRows = `[
	{"S":"é","I":1,"F":1.5,"B":true,"R":"cmF3","N":"1.5","W":"2.5","D":"2026-11-30","C":"10:11:12","DT":"2026-11-30 10:11:12","T":"2026-11-30 10:11:12Z","L":[1,2],"M":[{"X":7},{"X":null}],"P":{"Y":"y"}},
	{"S":null,"I":2,"F":null,"B":false,"R":"","N":"0","W":"0","D":"1970-01-01","C":null,"DT":"1970-01-01 00:00:00","T":"1970-01-01 00:00:00Z","L":[],"M":[],"P":null}]`

func TestBatchOfEveryTypeIsDecoded(t *testing.T) {
	schema, batch := batchOf(t, fetchedRows)
	d, err := NewDecoder(reflect.TypeFor[fetched](), schema)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := d.Rows(batch)
	if err != nil || rows.Len() != 2 {
		t.Fatalf("got %d rows, error %v, want 2", rows.Len(), err)
	}
	got := rows.Index(0).Interface().(fetched)
	if got.S.StringVal != "é" || got.N.Cmp(big.NewRat(3, 2)) != 0 || got.D.Day != 30 || len(got.M) != 2 || got.M[0].X.Int64 != 7 || got.P.Y != "y" {
		t.Errorf("got %+v", got)
	}
}

// Workers read what BigQuery sends, or what a broken connection made of it: no bytes may end a worker.
func FuzzDecoderRows(f *testing.F) {
	schema, batch := batchOf(f, fetchedRows)
	f.Add(schema, batch)
	f.Add(schema, batch[:len(batch)/2])
	f.Add(schema[:len(schema)/2], batch)
	f.Add([]byte{}, []byte{})
	for i := 0; i < len(batch); i += 37 {
		broken := bytes.Clone(batch)
		broken[i] ^= 0xff
		f.Add(schema, broken)
	}
	for i := 0; i < len(schema); i += 37 {
		broken := bytes.Clone(schema)
		broken[i] ^= 0xff
		f.Add(broken, batch)
	}
	f.Fuzz(func(t *testing.T, schema, batch []byte) {
		d, err := NewDecoder(reflect.TypeFor[fetched](), schema)
		if err != nil {
			return
		}
		rows, err := d.Rows(batch)
		if err == nil && rows.Len() > 8*len(batch) {
			t.Errorf("got %d rows of %d bytes", rows.Len(), len(batch))
		}
	})
}
