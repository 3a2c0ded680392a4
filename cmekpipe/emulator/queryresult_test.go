package emulator_test

import (
	"errors"
	"math/big"
	"net/http"
	"strings"
	"testing"
	"time"

	"cloud.google.com/go/bigquery"
	"cloud.google.com/go/civil"
	"github.com/google/go-cmp/cmp"
	"google.golang.org/api/googleapi"
	"google.golang.org/api/iterator"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
)

// joined is a query that the engine refuses, because it joins tables.
const joined = "SELECT p.branch, b.city FROM ledger.payments p JOIN ledger.branches b ON p.branch = b.name"

func bigQueryOf(t *testing.T, cloud *emulator.Cloud) *bigquery.Client {
	t.Helper()
	client, err := bigquery.NewClient(t.Context(), project, cloud.ClientOptions(emulator.BigQuery)...)
	must(t, err)
	t.Cleanup(func() { client.Close() })
	return client
}

// answer runs a query and reads its rows.
func answer(t *testing.T, q *bigquery.Query) ([]map[string]bigquery.Value, error) {
	t.Helper()
	it, err := q.Read(t.Context())
	if err != nil {
		return nil, err
	}
	var rows []map[string]bigquery.Value
	for {
		var row map[string]bigquery.Value
		switch err := it.Next(&row); {
		case errors.Is(err, iterator.Done):
			return rows, nil
		case err != nil:
			return nil, err
		}
		rows = append(rows, row)
	}
}

func TestAQueryOutsideTheEngineNeedsItsRows(t *testing.T) {
	t.Parallel()
	cloud := start(t)
	client := bigQueryOf(t, cloud)
	_, err := answer(t, client.Query(joined))
	e, ok := errors.AsType[*googleapi.Error](err)
	const want = "unsupported query construct JOIN; supply its rows with SetQueryResult"
	if !ok || e.Code != http.StatusBadRequest || !strings.Contains(e.Message, want) {
		t.Fatalf("got %v, want status 400 with %q", err, want)
	}
	type line struct{ Branch, City string }
	must(t, cloud.SetQueryResult(joined, []line{{"Main", "Bonn"}, {"Harbour", "Oslo"}}))
	rows, err := answer(t, client.Query(joined))
	if diff := cmp.Diff([]map[string]bigquery.Value{{"Branch": "Main", "City": "Bonn"}, {"Branch": "Harbour", "City": "Oslo"}}, rows); err != nil || diff != "" {
		t.Errorf("got error %v, rows (-want +got):\n%s", err, diff)
	}
	if _, err := answer(t, client.Query(joined+" ")); err == nil {
		t.Error("got rows for another text, want it refused")
	}
	must(t, cloud.SetQueryResult(joined, []line{}))
	if rows, err := answer(t, client.Query(joined)); err != nil || len(rows) != 0 {
		t.Errorf("after a second result: got %v, %v, want no rows", rows, err)
	}
}

func TestTheResultOfARegisteredQueryIsEncryptedWithTheQuerysKey(t *testing.T) {
	t.Parallel()
	cloud := start(t)
	key := granted(t, cloud, "us-central1")
	must(t, cloud.CreateDataset(t.Context(), "bank-prod.reports", "us-central1", none))
	must(t, cloud.SetQueryResult(joined, []payment{{"Bonn", 7}}))
	client := bigQueryOf(t, cloud)
	q := client.Query(joined)
	q.Dst = client.Dataset("reports").Table("joined")
	q.DestinationEncryptionConfig = &bigquery.EncryptionConfig{KMSKeyName: key.String()}
	if _, err := answer(t, q); err != nil {
		t.Fatal(err)
	}
	last := cloud.Ledger()[len(cloud.Ledger())-1]
	if last.Name != "bank-prod.reports.joined" || last.ProtectedBy() != key {
		t.Errorf("got %+v, want the table encrypted with %s", last, key)
	}
	must(t, cloud.DisableKey(t.Context(), key))
	q.Dst = client.Dataset("reports").Table("again")
	if _, err := answer(t, q); err == nil {
		t.Error("got a table with a disabled key")
	}
}

func TestRegisteredRowsKeepTheirTypes(t *testing.T) {
	t.Parallel()
	type inner struct{ City string }
	type row struct {
		Bool      bool
		Int       int64
		Float     float64
		Numeric   *big.Rat
		Text      string
		Bytes     []byte
		Date      civil.Date
		Time      civil.Time
		DateTime  civil.DateTime
		Timestamp time.Time
		Null      bigquery.NullString
		List      []int64
		Struct    inner
		Structs   []inner
	}
	date, clock := civil.Date{Year: 2026, Month: 2, Day: 28}, civil.Time{Hour: 3, Minute: 4, Second: 5, Nanosecond: 600_000_000}
	given := row{true, -7, 2.5, big.NewRat(1, 8), "é\n\x00", []byte{0, 255}, date, clock, civil.DateTime{Date: date, Time: clock},
		time.Date(2026, 2, 28, 3, 4, 5, 123_456_000, time.UTC), bigquery.NullString{}, []int64{1, 2}, inner{"Bonn"}, []inner{{"Oslo"}, {"Lyon"}}}
	cloud := start(t)
	must(t, cloud.SetQueryResult("SELECT everything", []row{given}))
	it, err := bigQueryOf(t, cloud).Query("SELECT everything").Read(t.Context())
	must(t, err)
	var got row
	must(t, it.Next(&got))
	same := cmp.Comparer(func(a, b *big.Rat) bool { return a.Cmp(b) == 0 })
	if diff := cmp.Diff(given, got, same); diff != "" {
		t.Errorf("row (-want +got):\n%s", diff)
	}
}

func TestRowsThatFitNoSchemaAreRefused(t *testing.T) {
	t.Parallel()
	cloud := start(t)
	for name, rows := range map[string]any{
		"nil": nil, "no slice": payment{}, "no structs": []int{1}, "a channel": []struct{ C chan int }{}, "no columns": []struct{}{},
		"not a number": []struct{ F float64 }{{nan()}},
	} {
		if err := cloud.SetQueryResult("SELECT 1", rows); err == nil {
			t.Errorf("%s: got it accepted", name)
		}
	}
}

func nan() float64 { zero := 0.0; return zero / zero }
