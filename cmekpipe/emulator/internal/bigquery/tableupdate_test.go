package bigquery_test

import (
	"strings"
	"testing"

	"cloud.google.com/go/bigquery"
	"github.com/google/go-cmp/cmp"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
)

func TestASchemaMayOnlyGrow(t *testing.T) {
	w := newWorld(t)
	w.CreateDataset(cmektest.Project+".d", place, none)
	table := w.table("d", "t", people(), none)
	if err := table.Inserter().Put(t.Context(), []bigquery.ValueSaver{&bigquery.ValuesSaver{
		Schema: people(), Row: []bigquery.Value{int64(1), "Ann"}}}); err != nil {
		t.Fatal(err)
	}
	column := func(name string, typ bigquery.FieldType) *bigquery.FieldSchema {
		return &bigquery.FieldSchema{Name: name, Type: typ}
	}
	required := &bigquery.FieldSchema{Name: "must", Type: bigquery.StringFieldType, Required: true}
	for name, tt := range map[string]struct {
		schema bigquery.Schema
		want   string
	}{
		"column gone":     {bigquery.Schema{column("id", bigquery.IntegerFieldType)}, "Field name is missing in new schema"},
		"column renamed":  {bigquery.Schema{column("id", bigquery.IntegerFieldType), column("nom", bigquery.StringFieldType)}, "Field name is missing"},
		"type changed":    {bigquery.Schema{column("id", bigquery.IntegerFieldType), column("name", bigquery.BytesFieldType)}, "has changed type from STRING to BYTES"},
		"mode changed":    {bigquery.Schema{column("id", bigquery.IntegerFieldType), {Name: "name", Type: bigquery.StringFieldType, Repeated: true}}, "has changed mode"},
		"made required":   {bigquery.Schema{column("id", bigquery.IntegerFieldType), {Name: "name", Type: bigquery.StringFieldType, Required: true}}, "has changed mode"},
		"required column": {append(people(), required), "Cannot add required field must"},
		"same name twice": {append(people(), column("NAME", bigquery.StringFieldType)), "NAME"},
	} {
		_, err := table.Update(t.Context(), bigquery.TableMetadataToUpdate{Schema: tt.schema}, "")
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want a refusal with %q", name, err, tt.want)
		}
	}
	list := &bigquery.FieldSchema{Name: "tags", Type: bigquery.StringFieldType, Repeated: true}
	grown := append(people(), column("born", bigquery.DateFieldType), list)
	grown[0] = column("id", bigquery.IntegerFieldType) // no longer required
	if _, err := table.Update(t.Context(), bigquery.TableMetadataToUpdate{Schema: grown}, ""); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([][]bigquery.Value{{int64(1), "Ann", nil, []bigquery.Value(nil)}}, w.rows(table)); diff != "" {
		t.Errorf("rows of the grown table (-want +got):\n%s", diff)
	}
}

func TestStructsGrowInTheirRows(t *testing.T) {
	w := newWorld(t)
	w.CreateDataset(cmektest.Project+".d", place, none)
	city := &bigquery.FieldSchema{Name: "city", Type: bigquery.StringFieldType}
	record := func(name string, repeated bool, fields ...*bigquery.FieldSchema) *bigquery.FieldSchema {
		return &bigquery.FieldSchema{Name: name, Type: bigquery.RecordFieldType, Repeated: repeated, Schema: fields}
	}
	before := bigquery.Schema{record("home", false, city), record("all", true, city)}
	table := w.table("d", "t", before, none)
	bonn := map[string]bigquery.Value{"city": "Bonn"}
	if err := table.Inserter().Put(t.Context(), saver{"", map[string]bigquery.Value{"home": bonn, "all": []any{bonn}}}); err != nil {
		t.Fatal(err)
	}
	street := &bigquery.FieldSchema{Name: "street", Type: bigquery.StringFieldType}
	after := bigquery.Schema{record("home", false, city, street), record("all", true, city, street)}
	if _, err := table.Update(t.Context(), bigquery.TableMetadataToUpdate{Schema: after}, ""); err != nil {
		t.Fatal(err)
	}
	wide := []bigquery.Value{"Bonn", nil}
	if diff := cmp.Diff([][]bigquery.Value{{wide, []bigquery.Value{wide}}}, w.rows(table)); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
}

func TestTableSettingsAreChangedAsAsked(t *testing.T) {
	w := newWorld(t)
	w.CreateDataset(cmektest.Project+".d", place, none)
	table := w.table("d", "t", people(), none)
	before, err := table.Metadata(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	update := bigquery.TableMetadataToUpdate{Name: "People", Description: "who"}
	update.SetLabel("team", "risk")
	got, err := table.Update(t.Context(), update, before.ETag)
	if err != nil || got.Name != "People" || got.Description != "who" || got.Labels["team"] != "risk" || len(got.Schema) != 2 {
		t.Errorf("got %+v, %v", got, err)
	}
	_, err = table.Update(t.Context(), update, before.ETag)
	wantRefusal(t, err, 412, "conditionNotMet", "Precondition Failed")
	_, err = w.client.Dataset("d").Table("none").Update(t.Context(), update, "")
	wantRefusal(t, err, 404, "notFound", "Not found: Table")
}

func TestATableMovesBetweenKeysOnly(t *testing.T) {
	w := newWorld(t)
	one, two := w.CreateKey(place, "one"), w.CreateKey(place, "two")
	w.CreateDataset(cmektest.Project+".d", place, none)
	keyed, plain := w.table("d", "keyed", people(), one), w.table("d", "plain", people(), none)
	to := func(table *bigquery.Table, key cmekpipe.KeyName) error {
		_, err := table.Update(t.Context(), bigquery.TableMetadataToUpdate{
			EncryptionConfig: &bigquery.EncryptionConfig{KMSKeyName: key.String()}}, "")
		return err
	}
	if err := to(keyed, two); err != nil {
		t.Fatal(err)
	}
	if got := w.keyOf(keyed); got != two {
		t.Errorf("got the table encrypted with %s, want %s", got, two)
	}
	last := w.Ledger()[len(w.Ledger())-1]
	if last.Method != "bigquery.tables.update" || last.ProtectedBy() != two {
		t.Errorf("got %+v, want the new key in the ledger", last)
	}
	if err := to(plain, one); err != nil || w.keyOf(plain).Valid() {
		t.Errorf("a table without a key: got %v and key %s, want neither", err, w.keyOf(plain))
	}
	w.DisableKey(one)
	if err := to(keyed, one); err == nil {
		t.Error("got the table moved to a disabled key")
	}
}

func TestPartitioningAndClusteringFitTheColumns(t *testing.T) {
	w := newWorld(t)
	w.CreateDataset(cmektest.Project+".d", place, none)
	schema := bigquery.Schema{
		{Name: "at", Type: bigquery.TimestampFieldType}, {Name: "n", Type: bigquery.IntegerFieldType},
		{Name: "s", Type: bigquery.StringFieldType}, {Name: "f", Type: bigquery.FloatFieldType},
		{Name: "list", Type: bigquery.StringFieldType, Repeated: true},
	}
	days := &bigquery.TimePartitioning{Type: bigquery.DayPartitioningType, Field: "at"}
	numbers := func(field string) *bigquery.RangePartitioning {
		return &bigquery.RangePartitioning{Field: field, Range: &bigquery.RangePartitioningRange{Start: 0, End: 10, Interval: 1}}
	}
	for name, tt := range map[string]struct {
		meta bigquery.TableMetadata
		want string // "" if it fits
	}{
		"days":               {bigquery.TableMetadata{TimePartitioning: days}, ""},
		"arrival":            {bigquery.TableMetadata{TimePartitioning: &bigquery.TimePartitioning{Type: bigquery.HourPartitioningType}}, ""},
		"numbers":            {bigquery.TableMetadata{RangePartitioning: numbers("n")}, ""},
		"clustered":          {bigquery.TableMetadata{Clustering: &bigquery.Clustering{Fields: []string{"s", "n", "at"}}}, ""},
		"weeks":              {bigquery.TableMetadata{TimePartitioning: &bigquery.TimePartitioning{Type: "WEEK"}}, `Invalid time partitioning type "WEEK"`},
		"by a text":          {bigquery.TableMetadata{TimePartitioning: &bigquery.TimePartitioning{Type: "DAY", Field: "s"}}, "must be a top-level column of type DATE"},
		"by nothing":         {bigquery.TableMetadata{TimePartitioning: &bigquery.TimePartitioning{Type: "DAY", Field: "nope"}}, "must be a top-level column of type DATE"},
		"range of texts":     {bigquery.TableMetadata{RangePartitioning: numbers("s")}, "must be a top-level INTEGER column"},
		"clustered by float": {bigquery.TableMetadata{Clustering: &bigquery.Clustering{Fields: []string{"f"}}}, "f, must be a top-level column of a type that can be clustered"},
		"clustered by list":  {bigquery.TableMetadata{Clustering: &bigquery.Clustering{Fields: []string{"list"}}}, "list, must be"},
		"clustered by five":  {bigquery.TableMetadata{Clustering: &bigquery.Clustering{Fields: []string{"s", "n", "at", "s", "n"}}}, "Clustering has 5 fields, want 1 to 4"},
	} {
		tt.meta.Schema = schema
		err := w.client.Dataset("d").Table(strings.ReplaceAll(name, " ", "_")).Create(t.Context(), &tt.meta)
		if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want %q", name, err, tt.want)
		}
	}
}

func TestRowsThatDoNotFitTheirTableAreRefusedOneByOne(t *testing.T) {
	w := newWorld(t)
	w.CreateDataset(cmektest.Project+".d", place, none)
	table := w.table("d", "t", people(), none)
	row := func(id string, values map[string]bigquery.Value) bigquery.ValueSaver { return saver{id, values} }
	good := row("1", map[string]bigquery.Value{"id": 1, "name": "Ann"})
	bad := map[string]struct {
		row  bigquery.ValueSaver
		want string
	}{
		"required":       {row("a", map[string]bigquery.Value{"name": "Bob"}), "id"},
		"type":           {row("b", map[string]bigquery.Value{"id": "x"}), "x"},
		"fraction":       {row("c", map[string]bigquery.Value{"id": 1.5}), "1.5"},
		"unknown column": {row("d", map[string]bigquery.Value{"id": 1, "nope": 1}), "no such field: nope."},
		"list":           {row("e", map[string]bigquery.Value{"id": []int{1}}), "Array specified for non-repeated field: id."},
		"object":         {row("f", map[string]bigquery.Value{"id": map[string]int{"a": 1}}), "This field is not a record: id."},
		"truth":          {row("g", map[string]bigquery.Value{"id": true}), "true"},
	}
	for name, tt := range bad {
		err := table.Inserter().Put(t.Context(), []bigquery.ValueSaver{good, tt.row})
		var failed bigquery.PutMultiError
		if multi, ok := err.(bigquery.PutMultiError); ok { //nolint:errorlint // the client doesn't wrap it
			failed = multi
		}
		if len(failed) != 2 {
			t.Errorf("%s: got %v, want both rows refused", name, err)
			continue
		}
		found := false
		for _, f := range failed {
			found = found || f.RowIndex == 1 && strings.Contains(f.Errors.Error(), tt.want)
		}
		if !found {
			t.Errorf("%s: got %v, want the second row's error to have %q", name, failed, tt.want)
		}
	}
	if got := w.rows(table); len(got) != 0 {
		t.Errorf("got rows %v, want none of a call with a bad row", got)
	}
	skipping := table.Inserter()
	skipping.SkipInvalidRows, skipping.IgnoreUnknownValues = true, true
	if err := skipping.Put(t.Context(), []bigquery.ValueSaver{good, bad["type"].row, bad["unknown column"].row}); err == nil {
		t.Error("got no error for the bad row")
	}
	if got := w.rows(table); len(got) != 2 {
		t.Errorf("got rows %v, want the good one and the one with an unknown column", got)
	}
	if err := skipping.Put(t.Context(), []bigquery.ValueSaver{good}); err != nil {
		t.Fatal(err)
	}
	if got := w.rows(table); len(got) != 2 {
		t.Errorf("got rows %v, want a row whose insert id came before left out", got)
	}
}

// saver is a row as it is sent.
type saver struct {
	id     string
	values map[string]bigquery.Value
}

// Save returns the row.
func (s saver) Save() (map[string]bigquery.Value, string, error) { return s.values, s.id, nil }
