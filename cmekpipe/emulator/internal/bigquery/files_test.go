package bigquery_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"math/big"
	"strings"
	"testing"
	"time"

	"cloud.google.com/go/bigquery"
	"cloud.google.com/go/civil"
	"github.com/google/go-cmp/cmp"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
)

// filed returns a world with a dataset d whose tables key encrypts, and a bucket "files".
func filed(t *testing.T) (*world, cmekpipe.KeyName) {
	t.Helper()
	w := newWorld(t)
	key := w.CreateKey(place, "tables")
	w.CreateDataset(cmektest.Project+".d", place, none)
	w.CreateBucket("files", place, key)
	return w, key
}

// load loads files into d.t.
func (w *world) load(change func(*bigquery.Loader), source *bigquery.GCSReference) error {
	w.t.Helper()
	l := w.client.Dataset("d").Table("t").LoaderFrom(source)
	if change != nil {
		change(l)
	}
	return w.finished(l.Run(w.t.Context()))
}

// lines is a source of JSON in d.t's columns.
func lines(uris ...string) *bigquery.GCSReference {
	source := bigquery.NewGCSReference(uris...)
	source.SourceFormat, source.Schema = bigquery.JSON, people()
	return source
}

func commas(uris ...string) *bigquery.GCSReference {
	source := bigquery.NewGCSReference(uris...)
	source.SourceFormat, source.Schema = bigquery.CSV, people()
	return source
}

func TestALoadJobCreatesItsTableWithTheKeyThatItNames(t *testing.T) {
	w, key := filed(t)
	w.WriteObject("gs://files/people.json", []byte(`{"id":1,"name":"Ann"}`+"\n"+`{"id":"2","name":null}`+"\n"))
	err := w.load(func(l *bigquery.Loader) {
		l.DestinationEncryptionConfig = &bigquery.EncryptionConfig{KMSKeyName: key.String()}
	}, lines("gs://files/people.json"))
	if err != nil {
		t.Fatal(err)
	}
	table := w.client.Dataset("d").Table("t")
	if got := w.keyOf(table); got != key {
		t.Errorf("got the table encrypted with %s, want %s", got, key)
	}
	if diff := cmp.Diff([][]bigquery.Value{{int64(1), "Ann"}, {int64(2), nil}}, w.rows(table)); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
	entry := w.Ledger()[len(w.Ledger())-1]
	if entry.Method != "bigquery.jobs.insert" || !entry.KeyAsked {
		t.Errorf("got %+v, want the load job in the ledger", entry)
	}
}

func TestALoadJobReadsOnlyWithUsableKeys(t *testing.T) {
	w, key := filed(t)
	w.WriteObject("gs://files/people.json", []byte(`{"id":1}`))
	w.DisableKey(key)
	if err := w.load(nil, lines("gs://files/people.json")); err == nil {
		t.Error("got an object read whose key is disabled")
	}
	w.EnableKey(key)
	denied := w.CreateKey(place, "denied")
	w.DenyKey(denied)
	err := w.load(func(l *bigquery.Loader) {
		l.DestinationEncryptionConfig = &bigquery.EncryptionConfig{KMSKeyName: denied.String()}
	}, lines("gs://files/people.json"))
	if err == nil || !strings.Contains(err.Error(), "denied") {
		t.Errorf("got %v, want the key's refusal", err)
	}
	if got := w.tables("d", 0); got != nil {
		t.Errorf("got tables %q of loads that failed", got)
	}
}

func TestLoadJobsReadManyFiles(t *testing.T) {
	w, _ := filed(t)
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	io.WriteString(z, `{"id":3}`)
	z.Close()
	w.WriteObject("gs://files/in/a-1.json", []byte(`{"id":1}`))
	w.WriteObject("gs://files/in/a-2.json", []byte(`{"id":2}`))
	w.WriteObject("gs://files/in/a-3.json", packed.Bytes())
	w.WriteObject("gs://files/in/a-4.txt", []byte("no JSON"))
	w.WriteObject("gs://files/out.json", []byte(`{"id":9}`))
	if err := w.load(nil, lines("gs://files/in/*.json", "gs://files/out.json")); err != nil {
		t.Fatal(err)
	}
	want := [][]bigquery.Value{{int64(1), nil}, {int64(2), nil}, {int64(3), nil}, {int64(9), nil}}
	if diff := cmp.Diff(want, w.rows(w.client.Dataset("d").Table("t"))); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
	for uri, want := range map[string]string{
		"gs://files/none*.json": "Not found: URI gs://files/none*.json", "gs://files/none": "Not found: URI gs://files/none", "gs://none/x": "Not found: URI gs://none/x", "gs://none/*": "Not found: URI gs://none/*",
		"gs://files/in/a-4.txt": "Error while reading data, error message: JSON table encountered too many errors",
	} {
		if err := w.load(nil, lines(uri)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", uri, err, want)
		}
	}
}

func TestWriteDispositions(t *testing.T) {
	w, _ := filed(t)
	w.WriteObject("gs://files/one", []byte(`{"id":1}`))
	table := w.client.Dataset("d").Table("t")
	for _, step := range []struct {
		write bigquery.TableWriteDisposition
		rows  int
		want  string
	}{
		{bigquery.WriteEmpty, 1, ""},
		{bigquery.WriteEmpty, 1, "Already Exists: Table"},
		{bigquery.WriteAppend, 2, ""},
		{"", 3, ""}, // append
		{bigquery.WriteTruncate, 1, ""},
	} {
		err := w.load(func(l *bigquery.Loader) { l.WriteDisposition = step.write }, lines("gs://files/one"))
		if (err == nil) != (step.want == "") || err != nil && !strings.Contains(err.Error(), step.want) {
			t.Errorf("%s: got %v, want %q", step.write, err, step.want)
		}
		if got := w.rows(table); len(got) != step.rows {
			t.Errorf("%s: got %d rows, want %d", step.write, len(got), step.rows)
		}
	}
	other := lines("gs://files/one")
	other.Schema = append(people(), &bigquery.FieldSchema{Name: "more", Type: bigquery.StringFieldType})
	if err := w.load(nil, other); err == nil || !strings.Contains(err.Error(), "Cannot add fields (field: more)") {
		t.Errorf("got %v, want a schema that does not fit refused", err)
	}
	other.Schema = bigquery.Schema{{Name: "id", Type: bigquery.StringFieldType}}
	if err := w.load(nil, other); err == nil || !strings.Contains(err.Error(), "Field id has changed type from INTEGER to STRING") {
		t.Errorf("got %v, want another type refused", err)
	}
}

func TestCSVOptions(t *testing.T) {
	for name, tt := range map[string]struct {
		file   string
		change func(*bigquery.GCSReference)
		want   [][]bigquery.Value
		fault  string
	}{
		"plain":         {"1,Ann\n2,\"B,ob\"\n", nil, [][]bigquery.Value{{int64(1), "Ann"}, {int64(2), "B,ob"}}, ""},
		"header":        {"id,name\n1,Ann\n", func(s *bigquery.GCSReference) { s.SkipLeadingRows = 1 }, [][]bigquery.Value{{int64(1), "Ann"}}, ""},
		"tabs":          {"1\tAnn\n", func(s *bigquery.GCSReference) { s.FieldDelimiter = "\t" }, [][]bigquery.Value{{int64(1), "Ann"}}, ""},
		"semicolons":    {"1;Ann\n", func(s *bigquery.GCSReference) { s.FieldDelimiter = ";" }, [][]bigquery.Value{{int64(1), "Ann"}}, ""},
		"empty text":    {"1,\n", nil, [][]bigquery.Value{{int64(1), ""}}, ""},
		"null marker":   {"1,-\n", func(s *bigquery.GCSReference) { s.NullMarker = "-" }, [][]bigquery.Value{{int64(1), nil}}, ""},
		"jagged":        {"1\n", func(s *bigquery.GCSReference) { s.AllowJaggedRows = true }, [][]bigquery.Value{{int64(1), nil}}, ""},
		"not jagged":    {"1\n", nil, nil, "Too few values in line. Found 1 column(s) while expected 2."},
		"extra":         {"1,Ann,x\n", func(s *bigquery.GCSReference) { s.IgnoreUnknownValues = true }, [][]bigquery.Value{{int64(1), "Ann"}}, ""},
		"too many":      {"1,Ann,x\n", nil, nil, "Too many values in line. Found 3 column(s) while expected 2."},
		"no number":     {"1,Ann\nx,Bob\n", nil, nil, "Rows: 2; errors: 1"},
		"required":      {",Ann\n", nil, nil, "id"},
		"open quote":    {"1,\"Ann\n", nil, nil, "CSV table encountered too many errors"},
		"long sign":     {"1,Ann\n", func(s *bigquery.GCSReference) { s.FieldDelimiter = "::" }, nil, "Invalid fieldDelimiter"},
		"nested column": {"1,Ann\n", func(s *bigquery.GCSReference) { s.Schema[1].Repeated = true }, nil, "CSV has no nested or repeated columns: name"},
	} {
		t.Run(name, func(t *testing.T) {
			w, _ := filed(t)
			w.WriteObject("gs://files/x.csv", []byte(tt.file))
			source := commas("gs://files/x.csv")
			if tt.change != nil {
				tt.change(source)
			}
			err := w.load(nil, source)
			if tt.fault != "" {
				if err == nil || !strings.Contains(err.Error(), tt.fault) {
					t.Errorf("got %v, want %q", err, tt.fault)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, w.rows(w.client.Dataset("d").Table("t"))); diff != "" {
				t.Errorf("rows (-want +got):\n%s", diff)
			}
		})
	}
}

func TestFormatsThatAreNotLoadedAreRefused(t *testing.T) {
	w, _ := filed(t)
	w.WriteObject("gs://files/x", []byte("PAR1"))
	for format, want := range map[bigquery.DataFormat]string{
		bigquery.Parquet: "does not load PARQUET", bigquery.ORC: "does not load ORC", bigquery.Avro: "Error while reading data",
	} {
		source := bigquery.NewGCSReference("gs://files/x")
		source.SourceFormat = format
		if err := w.load(nil, source); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", format, err, want)
		}
	}
	source := bigquery.NewGCSReference("gs://files/x")
	source.SourceFormat = bigquery.JSON
	if err := w.load(nil, source); err == nil || !strings.Contains(err.Error(), "No schema specified on job or table.") {
		t.Errorf("got %v, want a missing schema refused", err)
	}
}

// everything is a schema of all types, and a row with the value of each.
type everything struct {
	ID    int64          `bigquery:"id"`
	Bool  bool           `bigquery:"bool"`
	Float float64        `bigquery:"float"`
	Num   *big.Rat       `bigquery:"num"`
	Text  string         `bigquery:"text"`
	Bytes []byte         `bigquery:"bytes"`
	Date  civil.Date     `bigquery:"date"`
	Time  civil.Time     `bigquery:"time"`
	When  civil.DateTime `bigquery:"when"`
	At    time.Time      `bigquery:"at"`
}

func everythings() []everything {
	date, clock := civil.Date{Year: 1969, Month: 12, Day: 31}, civil.Time{Hour: 23, Minute: 59, Second: 59, Nanosecond: 123_456_000}
	return []everything{
		{1, true, 2.5, big.NewRat(-5, 2), "é \"quoted\", with\nlines", []byte{0, 1, 255}, date, clock,
			civil.DateTime{Date: date, Time: clock}, time.Date(1969, 12, 31, 23, 59, 59, 123_456_000, time.UTC)},
		{2, false, -1e300, big.NewRat(123456789, 1_000_000_000), "", []byte("x"), civil.Date{Year: 9999, Month: 12, Day: 31},
			civil.Time{}, civil.DateTime{Date: civil.Date{Year: 1, Month: 1, Day: 1}}, time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC)},
	}
}

// stored reads rows of a table of everything.
func (w *world) stored(table *bigquery.Table) []everything {
	w.t.Helper()
	var rows []everything
	it := table.Read(w.t.Context())
	for {
		var row everything
		if err := it.Next(&row); err != nil {
			return rows
		}
		rows = append(rows, row)
	}
}

func TestEveryTypeSurvivesAnExtractAndALoad(t *testing.T) {
	same := cmp.Comparer(func(a, b *big.Rat) bool { return a.Cmp(b) == 0 })
	for name, tt := range map[string]struct {
		format bigquery.DataFormat
		packed bigquery.Compression
	}{"CSV": {bigquery.CSV, bigquery.None}, "JSON": {bigquery.JSON, bigquery.None}, "JSON, packed": {bigquery.JSON, bigquery.Gzip}} {
		t.Run(name, func(t *testing.T) {
			w, key := filed(t)
			w.CreateTable(cmektest.Project+".d.from", key, everythings())
			from := w.client.Dataset("d").Table("from")
			if diff := cmp.Diff(everythings(), w.stored(from), same); diff != "" {
				t.Fatalf("rows that were inserted (-want +got):\n%s", diff)
			}
			to := bigquery.NewGCSReference("gs://files/part-*")
			to.DestinationFormat, to.Compression = tt.format, tt.packed
			if err := w.finished(from.ExtractorTo(to).Run(t.Context())); err != nil {
				t.Fatal(err)
			}
			object := w.Ledger()[len(w.Ledger())-1]
			if object.Name != "gs://files/part-000000000000" || object.ProtectedBy() != key {
				t.Errorf("got %+v, want the object encrypted with the bucket's key", object)
			}
			source := bigquery.NewGCSReference("gs://files/part-*")
			source.SourceFormat = tt.format
			if tt.format == bigquery.CSV {
				source.SkipLeadingRows = 1
			}
			meta, err := from.Metadata(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			source.Schema = meta.Schema
			if err := w.load(nil, source); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(everythings(), w.stored(w.client.Dataset("d").Table("t")), same); diff != "" {
				t.Errorf("rows (-want +got):\n%s", diff)
			}
		})
	}
}

func TestNestedRowsAreExtractedAsJSONOnly(t *testing.T) {
	type inner struct {
		City string `bigquery:"city"`
	}
	type outer struct {
		Tags []string `bigquery:"tags"`
		Home inner    `bigquery:"home"`
		All  []inner  `bigquery:"all"`
	}
	w, key := filed(t)
	w.CreateTable(cmektest.Project+".d.from", key, []outer{{[]string{"x", "y"}, inner{"Bonn"}, []inner{{"Oslo"}, {"Lyon"}}}})
	from := w.client.Dataset("d").Table("from")
	to := bigquery.NewGCSReference("gs://files/x")
	to.DestinationFormat = bigquery.JSON
	if err := w.finished(from.ExtractorTo(to).Run(t.Context())); err != nil {
		t.Fatal(err)
	}
	want := `{"tags":["x","y"],"home":{"city":"Bonn"},"all":[{"city":"Oslo"},{"city":"Lyon"}]}` + "\n"
	if got := string(w.ReadObject("gs://files/x")); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	err := w.finished(from.ExtractorTo(bigquery.NewGCSReference("gs://files/y")).Run(t.Context()))
	if err == nil || !strings.Contains(err.Error(), "Operation cannot be performed on a nested schema. Field: tags") {
		t.Errorf("got %v, want CSV refused", err)
	}
}

func TestAnExtractReadsOnlyWithAUsableKey(t *testing.T) {
	w, _ := filed(t)
	other := w.CreateKey(place, "other")
	w.CreateTable(cmektest.Project+".d.from", other, everythings())
	w.DisableKey(other)
	err := w.finished(w.client.Dataset("d").Table("from").ExtractorTo(bigquery.NewGCSReference("gs://files/x")).Run(t.Context()))
	if err == nil {
		t.Error("got a table extracted whose key is disabled")
	}
	if got := w.ListObjects("gs://files/"); len(got) != 0 {
		t.Errorf("got objects %q", got)
	}
}

func TestCopiesHaveTheKeyThatTheJobNamesElseTheDatasets(t *testing.T) {
	w, key := filed(t)
	other := w.CreateKey(place, "other")
	w.CreateDataset(cmektest.Project+".keyed", place, other)
	w.CreateTable(cmektest.Project+".d.from", key, everythings())
	w.CreateTable(cmektest.Project+".d.more", none, everythings()[:1])
	from, more := w.client.Dataset("d").Table("from"), w.client.Dataset("d").Table("more")
	copyTo := func(to *bigquery.Table, change func(*bigquery.Copier), sources ...*bigquery.Table) error {
		c := to.CopierFrom(sources...)
		if change != nil {
			change(c)
		}
		return w.finished(c.Run(t.Context()))
	}
	named := func(k cmekpipe.KeyName) func(*bigquery.Copier) {
		return func(c *bigquery.Copier) {
			c.DestinationEncryptionConfig = &bigquery.EncryptionConfig{KMSKeyName: k.String()}
		}
	}
	for name, tt := range map[string]struct {
		dataset string
		change  func(*bigquery.Copier)
		sources []*bigquery.Table
		key     cmekpipe.KeyName
		rows    int
	}{
		"named":     {"d", named(other), []*bigquery.Table{from}, other, 2},
		"inherited": {"keyed", nil, []*bigquery.Table{from}, other, 2},
		"two":       {"d", named(key), []*bigquery.Table{from, more}, key, 3},
	} {
		to := w.client.Dataset(tt.dataset).Table("copy_" + name)
		if err := copyTo(to, tt.change, tt.sources...); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got := w.keyOf(to); got != tt.key {
			t.Errorf("%s: got the copy encrypted with %q, want %q", name, got, tt.key)
		}
		if got := w.stored(to); len(got) != tt.rows {
			t.Errorf("%s: got %d rows, want %d", name, len(got), tt.rows)
		}
	}
	if err := copyTo(more, nil, from); err == nil || !strings.Contains(err.Error(), "Already Exists") {
		t.Errorf("copy to a table with rows: got %v, want it refused", err)
	}
	appending := func(c *bigquery.Copier) { c.WriteDisposition = bigquery.WriteAppend }
	if err := copyTo(more, appending, from); err != nil || len(w.stored(more)) != 3 {
		t.Errorf("append: got %v and %d rows, want 3", err, len(w.stored(more)))
	}
	w.table("d", "people", people(), none)
	if err := copyTo(w.client.Dataset("d").Table("people"), appending, from); err == nil {
		t.Error("got rows of another schema appended")
	}
	w.DisableKey(key)
	if err := copyTo(w.client.Dataset("d").Table("late"), nil, from); err == nil {
		t.Error("got a table copied whose key is disabled")
	}
}

func TestAQueryFillsATableByTheNamesOfItsColumns(t *testing.T) {
	w, key := newQueryWorld(t)
	into := func(text string, write bigquery.TableWriteDisposition) error {
		q := w.query(text, none)
		q.Dst, q.WriteDisposition = w.client.Dataset("d").Table("copy"), write
		return w.finished(q.Run(t.Context()))
	}
	if err := into("SELECT name, id FROM d.people", bigquery.WriteEmpty); err != nil {
		t.Fatal(err)
	}
	if err := into("SELECT id + 10 AS id, name FROM d.people WHERE id = 2", bigquery.WriteAppend); err != nil {
		t.Fatal(err)
	}
	want := [][]bigquery.Value{{"Ann", int64(1)}, {"Bob", int64(2)}, {"Bob", int64(12)}}
	table := w.client.Dataset("d").Table("copy")
	if diff := cmp.Diff(want, w.rows(table)); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
	if got := w.keyOf(table); got != key {
		t.Errorf("got the result encrypted with %s, want the dataset's %s", got, key)
	}
	for text, want := range map[string]string{
		"SELECT 1 AS other": "Cannot add fields (field: other)", "SELECT 'x' AS id": "Field id has changed type from INTEGER to STRING",
	} {
		if err := into(text, bigquery.WriteAppend); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", text, err, want)
		}
	}
}
