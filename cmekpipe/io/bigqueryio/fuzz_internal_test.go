package bigqueryio

import (
	"testing"
	"time"

	"cloud.google.com/go/bigquery"
	"cloud.google.com/go/civil"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/location"
)

func FuzzParseTable(f *testing.F) {
	for _, name := range []string{"", "t", "d.t", "p.d.", ".d.t", "p..t", "p.d.t", "p:d.t", "example.com:p.d.t", "p.d.t$20260101", "p.d.t@0", "p.d.*", "[p:d.t]"} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		table, err := parseTable(name)
		if err != nil {
			if cmekpipe.CodeOf(err) != cmekpipe.InvalidName || table != (tableName{}) {
				t.Errorf("got %v with %+v, want code %v with no table", err, table, cmekpipe.InvalidName)
			}
			return
		}
		if table.Project == "" || table.Dataset == "" || table.Table == "" {
			t.Errorf("%q: got %+v, want no part empty", name, table)
		}
		if again, err := parseTable(table.String()); err != nil || again != table {
			t.Errorf("%q: got %+v from the text of %+v, error %v", name, again, table, err)
		}
	})
}

func FuzzDecodeParameters(f *testing.F) {
	for _, value := range []any{1, "a", 1.5, true, []byte("x"), time.Unix(1, 2), civil.Date{Year: 2026, Month: 1, Day: 2},
		bigquery.NullInt64{Int64: 7, Valid: true}, []string{"a", "b"}} {
		data, err := encodeParameters(cmekpipe.BigQueryProject{}, []bigquery.QueryParameter{{Name: "p", Value: value}, {Name: "q", Value: 2}})
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
		f.Add(data[:len(data)/2])
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		params, err := decodeParameters(data)
		if err != nil || len(params) == 0 {
			return
		}
		once, err := encodeParameters(cmekpipe.BigQueryProject{}, params)
		if err != nil {
			return // a value that can't travel, such as a nil
		}
		again, err := decodeParameters(once)
		if err != nil {
			t.Fatalf("got %v for parameters that were encoded", err)
		}
		if twice, err := encodeParameters(cmekpipe.BigQueryProject{}, again); err != nil || len(again) != len(params) || len(twice) != len(once) {
			t.Errorf("got %d parameters, error %v, want %d unchanged", len(again), err, len(params))
		}
	})
}

func FuzzQueryLocation(f *testing.F) {
	for _, key := range []string{"us", "europe", "us-central1", "europe-west3", "global", "nam4", "asia", "x"} {
		for _, given := range []string{"", "US", "EU", "us", "us-central1", "US-CENTRAL1", "nowhere"} {
			f.Add(key, given)
		}
	}
	f.Fuzz(func(t *testing.T, place, given string) {
		key, err := cmekpipe.ParseKeyName("projects/bank-keys/locations/" + place + "/keyRings/r/cryptoKeys/k")
		if err != nil {
			return
		}
		dest, err := key.BigQueryProject("bank-prod")
		if err != nil {
			return
		}
		got, err := queryLocation(dest, given)
		if err != nil {
			e, ok := cmekpipe.FindError(err.Error())
			if !ok || e.Code != cmekpipe.LocationMismatch || e.Resource != key.String() || e.Hint == "" || got != "" {
				t.Errorf("%q, %q: got %q, error %v, want code %v about the key with a hint", place, given, got, err, cmekpipe.LocationMismatch)
			}
			return
		}
		if given != "" && got != given {
			t.Errorf("%q, %q: got %q, want what was given", place, given, got)
		}
		if answer := location.ForDataset(key.Location(), got); answer.Fit == location.Refused {
			t.Errorf("%q, %q: got %q, which the key does not serve: %s", place, given, got, answer.Why)
		}
	})
}
