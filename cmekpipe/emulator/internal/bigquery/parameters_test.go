package bigquery_test

import (
	"math"
	"math/big"
	"strings"
	"testing"
	"time"

	"cloud.google.com/go/bigquery"
	"cloud.google.com/go/civil"
	"github.com/google/go-cmp/cmp"
	raw "google.golang.org/api/bigquery/v2"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
)

func TestParametersOfEachTypeComeBack(t *testing.T) {
	w := newWorld(t)
	day, clock := civil.Date{Year: 9999, Month: 12, Day: 31}, civil.Time{Hour: 23, Minute: 59, Second: 59, Nanosecond: 999_999_000}
	at := time.Date(1, 1, 1, 0, 0, 0, 1000, time.UTC)
	same := cmp.Comparer(func(a, b *big.Rat) bool { return a.Cmp(b) == 0 })
	const null = true
	for name, tt := range map[string]struct {
		value, want any
		null        bool
	}{
		"bool":           {true, true, false},
		"int64":          {int64(math.MinInt64), int64(math.MinInt64), false},
		"float64":        {-math.MaxFloat64, -math.MaxFloat64, false},
		"string":         {"é ' \" \n", "é ' \" \n", false},
		"empty string":   {"", "", false},
		"bytes":          {[]byte{0, 255}, []byte{0, 255}, false},
		"date":           {day, day, false},
		"time":           {clock, clock, false},
		"datetime":       {civil.DateTime{Date: day, Time: clock}, civil.DateTime{Date: day, Time: clock}, false},
		"timestamp":      {at, at, false},
		"numeric":        {big.NewRat(-5, 2), big.NewRat(-5, 2), false},
		"bignumeric":     {&bigquery.QueryParameterValue{Type: bigquery.StandardSQLDataType{TypeKind: "BIGNUMERIC"}, Value: "1e-38"}, new(big.Rat).SetFrac(big.NewInt(1), new(big.Int).Exp(big.NewInt(10), big.NewInt(38), nil)), false},
		"JSON":           {&bigquery.QueryParameterValue{Type: bigquery.StandardSQLDataType{TypeKind: "JSON"}, Value: `{"a":1}`}, `{"a":1}`, false},
		"null int64":     {bigquery.NullInt64{}, nil, null},
		"null float64":   {bigquery.NullFloat64{}, nil, null},
		"null bool":      {bigquery.NullBool{}, nil, null},
		"null date":      {bigquery.NullDate{}, nil, null},
		"null time":      {bigquery.NullTime{}, nil, null},
		"null datetime":  {bigquery.NullDateTime{}, nil, null},
		"null timestamp": {bigquery.NullTimestamp{}, nil, null},
		"list":           {[]int64{1, 2}, []bigquery.Value{int64(1), int64(2)}, false},
		"null list":      {[]string(nil), []bigquery.Value(nil), null},
		"null string":    {bigquery.NullString{}, nil, null},
		"null record":    {(*struct{ A int64 })(nil), nil, null},
		"struct": {struct {
			A int64
			B []string
		}{1, []string{"x"}}, []bigquery.Value{int64(1), []bigquery.Value{"x"}}, false},
		"list of structs": {[]struct{ A civil.Date }{{day}, {day}}, []bigquery.Value{[]bigquery.Value{day}, []bigquery.Value{day}}, false},
	} {
		q := w.client.Query("SELECT @p AS v, @p IS NULL AS empty")
		q.Parameters = []bigquery.QueryParameter{{Name: "p", Value: tt.value}}
		got, err := w.read(q)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if diff := cmp.Diff([][]bigquery.Value{{tt.want, tt.null}}, got, same); diff != "" {
			t.Errorf("%s: rows (-want +got):\n%s", name, diff)
		}
	}
}

// What a job shows of its parameters is what the client can read: package bigquery's own tests want this.
func TestParametersAreShownAsTheClientReadsThem(t *testing.T) {
	type inner struct{ S string }
	type outer struct {
		N     int64
		List  []string
		Inner inner
	}
	w := newWorld(t)
	for name, tt := range map[string]struct{ value, want any }{
		"int64":        {7, int64(7)},
		"null int64":   {bigquery.NullInt64{}, bigquery.NullInt64{}},
		"null string":  {bigquery.NullString{}, ""},
		"empty string": {"", ""},
		"null date":    {bigquery.NullDate{}, bigquery.NullDate{}},
		"null list":    {[]string(nil), []any(nil)},
		"list":         {[]string{"a"}, []any{"a"}},
		"null record":  {(*inner)(nil), map[string]any(nil)},
		"record":       {outer{1, nil, inner{"x"}}, map[string]any{"N": int64(1), "List": nil, "Inner": map[string]any{"S": "x"}}},
	} {
		q := w.client.Query("SELECT @p AS v")
		q.Location, q.Parameters = "US", []bigquery.QueryParameter{{Name: "p", Value: tt.value}}
		q.DisableQueryCache = true // makes the client insert a job
		job, err := q.Run(t.Context())
		if err == nil {
			job, err = w.client.JobFromIDLocation(t.Context(), job.ID(), job.Location())
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		config, err := job.Config()
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if diff := cmp.Diff(tt.want, config.(*bigquery.QueryConfig).Parameters[0].Value); diff != "" {
			t.Errorf("%s: shown (-want +got):\n%s", name, diff)
		}
	}
}

func TestParametersThatAreNotOfTheirTypeAreRefused(t *testing.T) {
	w := newWorld(t)
	of := func(typ, value string) *raw.QueryParameter {
		return &raw.QueryParameter{Name: "p", ParameterType: &raw.QueryParameterType{Type: typ}, ParameterValue: &raw.QueryParameterValue{Value: value}}
	}
	list := func(element *raw.QueryParameterType, values ...string) *raw.QueryParameter {
		p := &raw.QueryParameter{Name: "p", ParameterType: &raw.QueryParameterType{Type: "ARRAY", ArrayType: element}, ParameterValue: &raw.QueryParameterValue{}}
		for _, v := range values {
			p.ParameterValue.ArrayValues = append(p.ParameterValue.ArrayValues, &raw.QueryParameterValue{Value: v})
		}
		return p
	}
	record := func(typ *raw.QueryParameterType, value string) *raw.QueryParameter {
		return &raw.QueryParameter{Name: "p", ParameterType: &raw.QueryParameterType{Type: "STRUCT", StructTypes: []*raw.QueryParameterTypeStructTypes{{Name: "a", Type: typ}}},
			ParameterValue: &raw.QueryParameterValue{StructValues: map[string]raw.QueryParameterValue{"a": {Value: value}}}}
	}
	const bad = "Invalid value for a query parameter of type "
	for name, tt := range map[string]struct {
		p    *raw.QueryParameter
		want string
	}{
		"no type":          {&raw.QueryParameter{Name: "p"}, "Required parameter is missing: parameterType"},
		"unknown type":     {of("NUMBER", "1"), `Invalid type "NUMBER" of a query parameter`},
		"interval":         {of("INTERVAL", "1-2 3 4:5:6"), `Invalid type "INTERVAL" of a query parameter`},
		"int64":            {of("INT64", "9223372036854775808"), bad + "INT64"},
		"float64":          {of("FLOAT64", "x"), bad + "FLOAT64"},
		"bool":             {of("BOOL", "perhaps"), bad + "BOOL"},
		"bytes":            {of("BYTES", "?"), bad + "BYTES"},
		"numeric":          {of("NUMERIC", "1e29"), bad + "NUMERIC"},
		"bignumeric":       {of("BIGNUMERIC", "1e39"), bad + "BIGNUMERIC"},
		"date":             {of("DATE", "2026-02-30"), bad + "DATE"},
		"time":             {of("TIME", "24:00:00"), bad + "TIME"},
		"datetime":         {of("DATETIME", "0000-01-01"), bad + "DATETIME"},
		"timestamp":        {of("TIMESTAMP", "noon"), bad + "TIMESTAMP"},
		"JSON":             {of("JSON", "{"), bad + "JSON"},
		"array of no type": {list(nil), "Invalid array type of a query parameter"},
		"array of arrays":  {list(&raw.QueryParameterType{Type: "ARRAY"}), "Invalid array type of a query parameter"},
		"array":            {list(&raw.QueryParameterType{Type: "INT64"}, "1", "x"), bad + "INT64"},
		"struct":           {record(&raw.QueryParameterType{Type: "DATE"}, "x"), bad + "DATE"},
		"struct without":   {record(nil, "x"), "Required parameter is missing: structTypes.type"},
		"struct of bad":    {record(&raw.QueryParameterType{Type: "NUMBER"}, "x"), `Invalid type "NUMBER" of a query parameter`},
	} {
		_, err := w.rawClient().Jobs.Query(cmektest.Project, &raw.QueryRequest{
			Query: "SELECT @p AS v", UseLegacySql: new(bool), ParameterMode: "NAMED", QueryParameters: []*raw.QueryParameter{tt.p}}).Do()
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want %q", name, err, tt.want)
		}
	}
}

func TestRegisteredResultsAreWrittenLikeThoseOfAQuery(t *testing.T) {
	w, key := newQueryWorld(t)
	other := w.CreateKey(place, "other")
	const text = "SELECT p.id FROM d.people p JOIN d.people q USING (id)"
	type line struct {
		ID   int64               `bigquery:"id"`
		Name bigquery.NullString `bigquery:"name"`
		Tags []string            `bigquery:"tags"`
	}
	w.SetQueryResult(text, []line{{ID: 1, Tags: []string{"x"}}, {2, bigquery.NullString{StringVal: "Bob", Valid: true}, nil}})
	want := [][]bigquery.Value{{int64(1), nil, []bigquery.Value{"x"}}, {int64(2), "Bob", []bigquery.Value(nil)}}
	into := w.client.Dataset("d").Table("joined")
	for _, write := range []bigquery.TableWriteDisposition{bigquery.WriteEmpty, bigquery.WriteTruncate} {
		q := w.query(text, other)
		q.Dst, q.WriteDisposition = into, write
		if err := w.finished(q.Run(t.Context())); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, w.rows(into)); diff != "" {
			t.Errorf("%s: rows (-want +got):\n%s", write, diff)
		}
		if got := w.keyOf(into); got != other {
			t.Errorf("%s: got the table encrypted with %s, want %s", write, got, other)
		}
	}
	q := w.query(text, key)
	q.DryRun = true
	job, err := q.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if stats := job.LastStatus().Statistics.Details.(*bigquery.QueryStatistics); len(stats.Schema) != 3 || stats.Schema[2].Name != "tags" {
		t.Errorf("got the schema %v of a dry run, want that of the registered rows", stats.Schema)
	}
	w.DisableKey(other)
	if _, err := w.read(w.query(text, other)); err == nil {
		t.Error("got registered rows in a result whose key is disabled")
	}
	if _, err := w.read(w.query(text+" ", key)); err == nil || !strings.Contains(err.Error(), "unsupported query construct JOIN") {
		t.Errorf("another text: got %v, want it refused", err)
	}
}
