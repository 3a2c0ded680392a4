package bigquery_test

import (
	"bytes"
	"math"
	"math/big"
	"strings"
	"testing"
	"time"

	"cloud.google.com/go/bigquery"
	"cloud.google.com/go/civil"
	"github.com/google/go-cmp/cmp"
	"github.com/linkedin/goavro/v2"
)

// ocf is an Avro file of another library: of records with a field "v" of a type.
func ocf(t *testing.T, typ, compression string, values ...any) []byte {
	t.Helper()
	var file bytes.Buffer
	out, err := goavro.NewOCFWriter(goavro.OCFConfig{
		W: &file, Schema: `{"type":"record","name":"row","fields":[{"name":"v","type":` + typ + `}]}`, CompressionName: compression})
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range values { // each in its own block
		if err := out.Append([]any{map[string]any{"v": v}}); err != nil {
			t.Fatal(err)
		}
	}
	return file.Bytes()
}

// loadAvro loads a file into d.t.
func (w *world) loadAvro(file []byte, schema bigquery.Schema, logical bool) error {
	w.t.Helper()
	w.WriteObject("gs://files/x.avro", file)
	source := bigquery.NewGCSReference("gs://files/x.avro")
	source.SourceFormat, source.Schema = bigquery.Avro, schema
	source.AvroOptions = &bigquery.AvroOptions{UseAvroLogicalTypes: logical}
	return w.load(nil, source)
}

// avroLoads are types of Avro with a value, and what they become.
func avroLoads() map[string]struct {
	typ     string
	logical bool
	in      any
	column  string
	want    bigquery.Value
} {
	type load = struct {
		typ     string
		logical bool
		in      any
		column  string
		want    bigquery.Value
	}
	day := civil.Date{Year: 1969, Month: 12, Day: 31}
	at := time.Date(1969, 12, 31, 23, 59, 59, 1_000_000, time.UTC)
	clock := civil.Time{Hour: 23, Minute: 59, Second: 59, Nanosecond: 1_000_000}
	return map[string]load{
		"boolean":             {`"boolean"`, true, true, "BOOLEAN REQUIRED", true},
		"int":                 {`"int"`, true, int32(math.MinInt32), "INTEGER REQUIRED", int64(math.MinInt32)},
		"long":                {`"long"`, true, int64(math.MaxInt64), "INTEGER REQUIRED", int64(math.MaxInt64)},
		"float":               {`"float"`, true, float32(2.5), "FLOAT REQUIRED", 2.5},
		"double":              {`"double"`, true, -math.MaxFloat64, "FLOAT REQUIRED", -math.MaxFloat64},
		"bytes":               {`"bytes"`, true, []byte{0, 255}, "BYTES REQUIRED", []byte{0, 255}},
		"string":              {`"string"`, true, "é\n", "STRING REQUIRED", "é\n"},
		"wrapped":             {`{"type":"string"}`, true, "x", "STRING REQUIRED", "x"},
		"null or long":        {`["null","long"]`, true, goavro.Union("long", int64(7)), "INTEGER", int64(7)},
		"long or null":        {`["long","null"]`, true, goavro.Union("long", int64(7)), "INTEGER", int64(7)},
		"null":                {`["long","null"]`, true, nil, "INTEGER", nil},
		"fixed":               {`{"type":"fixed","name":"f","size":2}`, true, []byte("ab"), "BYTES REQUIRED", []byte("ab")},
		"enum":                {`{"type":"enum","name":"e","symbols":["A","B"]}`, true, "B", "STRING REQUIRED", "B"},
		"date":                {`{"type":"int","logicalType":"date"}`, true, time.Date(1969, 12, 31, 0, 0, 0, 0, time.UTC), "DATE REQUIRED", day},
		"date as a number":    {`{"type":"int","logicalType":"date"}`, false, time.Date(1969, 12, 31, 0, 0, 0, 0, time.UTC), "INTEGER REQUIRED", int64(-1)},
		"time in micros":      {`{"type":"long","logicalType":"time-micros"}`, true, 24*time.Hour - 999*time.Millisecond, "TIME REQUIRED", clock},
		"time in millis":      {`{"type":"int","logicalType":"time-millis"}`, true, 24*time.Hour - 999*time.Millisecond, "TIME REQUIRED", clock},
		"timestamp in micros": {`{"type":"long","logicalType":"timestamp-micros"}`, true, at, "TIMESTAMP REQUIRED", at},
		"timestamp in millis": {`{"type":"long","logicalType":"timestamp-millis"}`, true, at, "TIMESTAMP REQUIRED", at},
		"number of micros":    {`{"type":"long","logicalType":"timestamp-micros"}`, false, at, "INTEGER REQUIRED", at.UnixMicro()},
		"other logical type":  {`{"type":"long","logicalType":"local-timestamp-nanos"}`, true, int64(5), "INTEGER REQUIRED", int64(5)},
		"datetime":            {`{"type":"string","logicalType":"datetime"}`, true, "1969-12-31T23:59:59.001", "DATETIME REQUIRED", civil.DateTime{Date: day, Time: clock}},
		"datetime as a text":  {`{"type":"string","logicalType":"datetime"}`, false, "1969", "STRING REQUIRED", "1969"},
		"JSON":                {`{"type":"string","sqlType":"JSON"}`, false, `{"a":1}`, "JSON REQUIRED", `{"a":1}`},
		"geography":           {`["null",{"type":"string","sqlType":"geography"}]`, true, goavro.Union("string", "POINT(1 2)"), "GEOGRAPHY", "POINT(1 2)"},
		"decimal": {`{"type":"bytes","logicalType":"decimal","precision":38,"scale":9}`, false, big.NewRat(-5, 2),
			"NUMERIC REQUIRED", big.NewRat(-5, 2)},
		"fixed decimal": {`{"type":"fixed","name":"d","size":8,"logicalType":"decimal","precision":18,"scale":2}`, true, big.NewRat(-1, 4),
			"NUMERIC REQUIRED", big.NewRat(-1, 4)},
		"fine decimal": {`{"type":"bytes","logicalType":"decimal","precision":30,"scale":10}`, true, big.NewRat(1, 10_000_000_000),
			"BIGNUMERIC REQUIRED", big.NewRat(1, 10_000_000_000)},
		"wide decimal": {`{"type":"bytes","logicalType":"decimal","precision":39,"scale":9}`, true, big.NewRat(1, 2), "BIGNUMERIC REQUIRED", big.NewRat(1, 2)},
		"array":        {`{"type":"array","items":"long"}`, true, []any{int64(1), int64(2)}, "INTEGER REPEATED", []bigquery.Value{int64(1), int64(2)}},
		"null or array": {`["null",{"type":"array","items":"string"}]`, true, goavro.Union("array", []any{"x"}), "STRING REPEATED",
			[]bigquery.Value{"x"}},
		"null for an array": {`["null",{"type":"array","items":"string"}]`, true, nil, "STRING REPEATED", []bigquery.Value(nil)},
		"record": {`{"type":"record","name":"r","fields":[{"name":"a","type":["null","long"]},{"name":"b","type":"string"}]}`, true,
			map[string]any{"a": nil, "b": "x"}, "RECORD REQUIRED", []bigquery.Value{nil, "x"}},
		"array of records": {`{"type":"array","items":{"type":"record","name":"r","fields":[{"name":"a","type":"long"}]}}`, true,
			[]any{map[string]any{"a": int64(1)}, map[string]any{"a": int64(2)}}, "RECORD REPEATED", []bigquery.Value{[]bigquery.Value{int64(1)}, []bigquery.Value{int64(2)}}},
	}
}

func TestAvroOfAnotherLibraryIsLoaded(t *testing.T) {
	same := cmp.Comparer(func(a, b *big.Rat) bool { return a.Cmp(b) == 0 })
	w, _ := filed(t)
	table := w.client.Dataset("d").Table("t")
	for name, tt := range avroLoads() {
		t.Run(name, func(t *testing.T) {
			for _, compression := range []string{goavro.CompressionNullLabel, goavro.CompressionDeflateLabel} {
				if err := w.loadAvro(ocf(t, tt.typ, compression, tt.in, tt.in), nil, tt.logical); err != nil {
					t.Fatal(err)
				}
				meta, err := table.Metadata(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				column := string(meta.Schema[0].Type)
				if meta.Schema[0].Required {
					column += " REQUIRED"
				}
				if meta.Schema[0].Repeated {
					column += " REPEATED"
				}
				if column != tt.column {
					t.Errorf("got the column %s, want %s", column, tt.column)
				}
				if diff := cmp.Diff([][]bigquery.Value{{tt.want}, {tt.want}}, w.rows(table), same); diff != "" {
					t.Errorf("%s: rows (-want +got):\n%s", compression, diff)
				}
				if err := table.Delete(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

func TestAvroValuesOutOfRangeAreRefused(t *testing.T) {
	w, _ := filed(t)
	for name, tt := range map[string]struct {
		typ  string
		in   any
		want string
	}{
		"date after 9999":       {`{"type":"int","logicalType":"date"}`, time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC), "out of the range of DATE"},
		"date before 1":         {`{"type":"int","logicalType":"date"}`, time.Date(0, 12, 31, 0, 0, 0, 0, time.UTC), "out of the range of DATE"},
		"timestamp after 9999":  {`{"type":"long","logicalType":"timestamp-micros"}`, time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC), "out of the range of TIMESTAMP"},
		"millis that overflow":  {`{"type":"long","logicalType":"timestamp-millis"}`, time.UnixMilli(math.MaxInt64 / 500), "out of the range of TIMESTAMP"},
		"a day":                 {`{"type":"long","logicalType":"time-micros"}`, 24 * time.Hour, "out of the range of TIME"},
		"time before midnight":  {`{"type":"int","logicalType":"time-millis"}`, -time.Millisecond, "out of the range of TIME"},
		"no datetime":           {`{"type":"string","logicalType":"datetime"}`, "2026-13-01T00:00:00", "could not convert a string to DATETIME"},
		"no JSON":               {`{"type":"string","sqlType":"JSON"}`, "{", "could not convert a string to JSON"},
		"NUMERIC of 30 digits":  {`{"type":"bytes","logicalType":"decimal","precision":38,"scale":9}`, new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(29), nil)), "out of the range of NUMERIC"},
		"BIGNUMERIC of 2^255":   {`{"type":"bytes","logicalType":"decimal","precision":77,"scale":38}`, new(big.Rat).SetFrac(new(big.Int).Lsh(big.NewInt(1), 255), new(big.Int).Exp(big.NewInt(10), big.NewInt(38), nil)), "out of the range of BIGNUMERIC"},
		"map":                   {`{"type":"map","values":"long"}`, map[string]any{"a": int64(1)}, `reads no Avro type \"map\"`},
		"union of two":          {`["long","string"]`, goavro.Union("long", int64(1)), "no Avro union but that of null and one type"},
		"union of three":        {`["null","long","string"]`, nil, "no Avro union but that of null and one type"},
		"array of arrays":       {`{"type":"array","items":{"type":"array","items":"long"}}`, []any{[]any{int64(1)}}, "no Avro array of arrays"},
		"null alone":            {`"null"`, nil, `reads no Avro type \"null\"`},
		"nested in an array":    {`{"type":"array","items":{"type":"map","values":"long"}}`, []any{}, `reads no Avro type \"map\"`},
		"nested in a record":    {`{"type":"record","name":"r","fields":[{"name":"a","type":["long","string"]}]}`, map[string]any{"a": goavro.Union("long", int64(1))}, "no Avro union"},
		"nested in an optional": {`["null",{"type":"map","values":"long"}]`, nil, `reads no Avro type \"map\"`},
	} {
		err := w.loadAvro(ocf(t, tt.typ, goavro.CompressionNullLabel, tt.in), nil, true)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want %q", name, err, tt.want)
		}
	}
	if got := w.tables("d", 0); got != nil {
		t.Errorf("got tables %q of loads that failed, want none", got)
	}
}

func TestAvroFilesFitTheColumnsOfTheirTable(t *testing.T) {
	for name, tt := range map[string]struct {
		typ    string
		in     any
		schema bigquery.Schema
		want   [][]bigquery.Value
		fault  string
	}{
		"other case":       {`"long"`, int64(1), bigquery.Schema{{Name: "V", Type: bigquery.IntegerFieldType}}, [][]bigquery.Value{{int64(1)}}, ""},
		"more columns":     {`"long"`, int64(1), bigquery.Schema{{Name: "a", Type: bigquery.StringFieldType}, {Name: "v", Type: bigquery.IntegerFieldType}, {Name: "l", Type: bigquery.IntegerFieldType, Repeated: true}}, [][]bigquery.Value{{nil, int64(1), []bigquery.Value(nil)}}, ""},
		"nullable":         {`["null","long"]`, nil, bigquery.Schema{{Name: "v", Type: bigquery.IntegerFieldType}}, [][]bigquery.Value{{nil}}, ""},
		"null in required": {`["null","long"]`, nil, bigquery.Schema{{Name: "v", Type: bigquery.IntegerFieldType, Required: true}}, nil, "Missing required field: v."},
		"required missing": {`"long"`, int64(1), bigquery.Schema{{Name: "v", Type: bigquery.IntegerFieldType}, {Name: "w", Type: bigquery.IntegerFieldType, Required: true}}, nil, "Missing required field: w."},
		"unknown column":   {`"long"`, int64(1), bigquery.Schema{{Name: "w", Type: bigquery.IntegerFieldType}}, nil, "cannot add fields (field: v)"},
		"other type":       {`"long"`, int64(1), bigquery.Schema{{Name: "v", Type: bigquery.StringFieldType}}, nil, "field v has changed type from STRING to INT64"},
		"no list":          {`"long"`, int64(1), bigquery.Schema{{Name: "v", Type: bigquery.IntegerFieldType, Repeated: true}}, nil, "field v has changed type from ARRAY<INT64> to INT64"},
	} {
		w, _ := filed(t)
		err := w.loadAvro(ocf(t, tt.typ, goavro.CompressionNullLabel, tt.in), tt.schema, true)
		if tt.fault != "" {
			if err == nil || !strings.Contains(err.Error(), tt.fault) {
				t.Errorf("%s: got %v, want %q", name, err, tt.fault)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if diff := cmp.Diff(tt.want, w.rows(w.client.Dataset("d").Table("t"))); diff != "" {
			t.Errorf("%s: rows (-want +got):\n%s", name, diff)
		}
	}
}

func TestDamagedAvroFilesAreRefused(t *testing.T) {
	good := ocf(t, `["null","long"]`, goavro.CompressionNullLabel, goavro.Union("long", int64(7)))
	size := len(good)
	changed := func(at int, b byte) []byte {
		bad := bytes.Clone(good)
		bad[at] = b
		return bad
	}
	const damaged = "the Apache Avro library failed to parse the file"
	for name, tt := range map[string]struct {
		file []byte
		want string
	}{
		"empty":                   {nil, "no Apache Avro container file"},
		"other magic":             {changed(0, 'P'), "no Apache Avro container file"},
		"no header":               {good[:4], damaged},
		"cut in the header":       {good[:20], damaged},
		"cut in the last block":   {good[:size-1], damaged},
		"other mark":              {changed(size-1, good[size-1]^1), damaged},
		"branch of no union":      {changed(size-18, 4), damaged},
		"rows that are not there": {changed(size-20, 4), damaged},
		"bytes behind the rows":   {changed(size-20, 0), damaged},
		"schema of no JSON":       {bytes.Replace(good, []byte(`{"`), []byte(`["`), 1), "the schema of the Avro file is no JSON"},
		"root of no record":       {bytes.Replace(good, []byte(`"record"`), []byte(`"recorD"`), 1), "reads no Avro type"},
		"other compression":       {ocf(t, `"long"`, goavro.CompressionSnappyLabel, int64(1)), "reads no Avro compressed with snappy"},
		"no deflated data":        {bytes.Replace(ocf(t, `"long"`, goavro.CompressionDeflateLabel, int64(1)), []byte{0x72}, []byte{0xff}, 1), "Error while reading data"},
	} {
		w, _ := filed(t)
		if err := w.loadAvro(tt.file, nil, true); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want %q", name, err, tt.want)
		}
	}
}
