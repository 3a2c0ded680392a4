package bigquery_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"cloud.google.com/go/bigquery"
	raw "google.golang.org/api/bigquery/v2"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
)

// patch sends tables.patch.
func (w *world) patch(table string, change *raw.Table) (*raw.Table, error) {
	return w.rawClient().Tables.Patch(cmektest.Project, "d", table, change).Do()
}

func encryption(name string) *raw.EncryptionConfiguration {
	return &raw.EncryptionConfiguration{KmsKeyName: name}
}

func TestPatchesOfATablesKey(t *testing.T) {
	w := newWorld(t)
	one, two := w.CreateKey(place, "one"), w.CreateKey(place, "two")
	far, denied := w.CreateKey("europe-west3", "far"), w.CreateKey(place, "denied")
	w.DenyKey(denied)
	w.CreateDataset(cmektest.Project+".d", place, none)
	keyed := w.table("d", "keyed", people(), one)
	w.table("d", "plain", people(), none)
	schema := func(names ...string) *raw.TableSchema {
		s := &raw.TableSchema{}
		for _, name := range names {
			s.Fields = append(s.Fields, &raw.TableFieldSchema{Name: name, Type: "INTEGER"})
		}
		return s
	}
	removed := &raw.Table{NullFields: []string{"EncryptionConfiguration"}}
	for name, tt := range map[string]struct {
		table        string
		change       *raw.Table
		status       int
		reason, text string
	}{
		"to no key":                  {"keyed", removed, http.StatusBadRequest, "invalid", "must be done via table.copy job"},
		"to a denied key":            {"keyed", &raw.Table{EncryptionConfiguration: encryption(denied.String())}, http.StatusForbidden, "accessDenied", "Please grant Cloud KMS CryptoKey Encrypter/Decrypter role"},
		"to a key of another region": {"keyed", &raw.Table{EncryptionConfiguration: encryption(far.String())}, http.StatusBadRequest, "invalid", "This region is not supported"},
		"to a version":               {"keyed", &raw.Table{EncryptionConfiguration: encryption(two.String() + "/cryptoKeyVersions/1")}, http.StatusBadRequest, "invalid", "A key version can't be named"},
		"with a smaller schema":      {"keyed", &raw.Table{EncryptionConfiguration: encryption(two.String()), Schema: schema("id")}, http.StatusBadRequest, "invalid", "Field name is missing in new schema"},
		"with a bad schema":          {"keyed", &raw.Table{EncryptionConfiguration: encryption(two.String()), Schema: schema("a", "A")}, http.StatusBadRequest, "invalid", "Duplicate field name"},
		"with a past expiration":     {"keyed", &raw.Table{EncryptionConfiguration: encryption(two.String()), ExpirationTime: 1}, http.StatusBadRequest, "invalid", "is in the past"},
	} {
		t.Run(name, func(t *testing.T) {
			before := w.Ledger()
			_, err := w.patch(tt.table, tt.change)
			wantRefusal(t, err, tt.status, tt.reason, tt.text)
			if got := w.keyOf(keyed); got != one {
				t.Errorf("got the table encrypted with %s, want %s", got, one)
			}
			if after := w.Ledger(); !slices.Equal(before, after) {
				t.Errorf("got the ledger %+v after a refused change, want %+v", after, before)
			}
		})
	}
	shown, err := w.rawClient().Tables.Get(cmektest.Project, "d", "keyed").Do()
	if err != nil {
		t.Fatal(err)
	}
	before := len(w.Ledger())
	same, err := w.patch("keyed", &raw.Table{EncryptionConfiguration: shown.EncryptionConfiguration, Description: "sums"})
	if err != nil || same.EncryptionConfiguration.KmsKeyName != shown.EncryptionConfiguration.KmsKeyName || len(w.Ledger()) != before {
		t.Errorf("what was read, sent back: got %v, %v and %d new entries, want the key kept", same, err, len(w.Ledger())-before)
	}
	w.RotateKey(one)
	if same, err = w.patch("keyed", &raw.Table{Description: "more"}); err != nil || same.EncryptionConfiguration.KmsKeyName != shown.EncryptionConfiguration.KmsKeyName {
		t.Errorf("another setting after a rotation: got %v, %v, want the key version kept", same, err)
	}
	if same, err = w.patch("keyed", &raw.Table{EncryptionConfiguration: encryption(one.String())}); err != nil ||
		same.EncryptionConfiguration.KmsKeyName != one.String()+"/cryptoKeyVersions/2" {
		t.Errorf("its own key after a rotation: got %v, %v, want the new version", same, err)
	}
}

// Google accepts such a patch and encrypts nothing.
func TestAPatchGivesNoKeyToATableWithoutOne(t *testing.T) {
	w := newWorld(t)
	key := w.CreateKey(place, "k")
	w.CreateDataset(cmektest.Project+".d", place, none)
	plain := w.table("d", "plain", people(), none)
	before := w.Ledger()
	for _, change := range []*raw.Table{
		{EncryptionConfiguration: encryption(key.String())}, {EncryptionConfiguration: encryption(key.String()), Description: "sums"},
	} {
		got, err := w.patch("plain", change)
		if err != nil || got.EncryptionConfiguration != nil || got.Description != change.Description {
			t.Errorf("got %+v, %v, want the table without a key, and no error", got, err)
		}
	}
	if got := w.keyOf(plain); got.Valid() {
		t.Errorf("got the table encrypted with %s, want none", got)
	}
	if after := w.Ledger(); !slices.Equal(before, after) {
		t.Errorf("got the ledger %+v, want %+v", after, before)
	}
}

func TestTablesUpdateReplacesAllSettingsButTheSchema(t *testing.T) {
	w := newWorld(t)
	key := w.CreateKey(place, "k")
	w.CreateDataset(cmektest.Project+".d", place, none)
	w.table("d", "t", people(), key)
	service := w.rawClient()
	if _, err := w.patch("t", &raw.Table{Description: "old", FriendlyName: "old"}); err != nil {
		t.Fatal(err)
	}
	got, err := service.Tables.Update(cmektest.Project, "d", "t", &raw.Table{
		FriendlyName: "new", EncryptionConfiguration: encryption(key.String())}).Do()
	if err != nil || got.FriendlyName != "new" || got.Description != "" || len(got.Schema.Fields) != 2 {
		t.Errorf("got %+v, %v, want the new name, no description and the schema", got, err)
	}
	_, err = service.Tables.Update(cmektest.Project, "d", "t", &raw.Table{FriendlyName: "bare"}).Do()
	wantRefusal(t, err, http.StatusBadRequest, "invalid", "must be done via table.copy job")
}

func TestDatasetsUpdateReplacesAllSettingsButTheLocation(t *testing.T) {
	w := newWorld(t)
	key := w.CreateKey(place, "k")
	w.CreateDataset(cmektest.Project+".d", place, key)
	service := w.rawClient()
	_, err := service.Datasets.Update(cmektest.Project, "d", &raw.Dataset{Location: "EU"}).Do()
	wantRefusal(t, err, http.StatusBadRequest, "invalid", "Cannot change the location of dataset")
	if got := w.keyOf(w.table("d", "before", people(), none)); got != key {
		t.Errorf("got a table encrypted with %s, want the default key %s", got, key)
	}
	got, err := service.Datasets.Update(cmektest.Project, "d", &raw.Dataset{Description: "plain"}).Do()
	if err != nil || got.Location != place || got.Description != "plain" || got.DefaultEncryptionConfiguration != nil {
		t.Errorf("got %+v, %v, want the location, the description and no default key", got, err)
	}
	if got := w.keyOf(w.table("d", "after", people(), none)); got.Valid() {
		t.Errorf("got a table encrypted with %s, want none", got)
	}
	_, err = service.Datasets.Insert(cmektest.Project, &raw.Dataset{}).Do()
	wantRefusal(t, err, http.StatusBadRequest, "required", "datasetReference.datasetId")
	_, err = service.Tables.Insert(cmektest.Project, "d", &raw.Table{}).Do()
	wantRefusal(t, err, http.StatusBadRequest, "required", "tableReference.tableId")
}

func TestDefaultKeysOfDatasetsAreChecked(t *testing.T) {
	w := newWorld(t)
	denied, disabled := w.CreateKey(place, "denied"), w.CreateKey(place, "disabled")
	w.DenyKey(denied)
	w.DisableKey(disabled)
	for key, want := range map[string]string{
		denied.String():   "Please grant Cloud KMS CryptoKey Encrypter/Decrypter role",
		disabled.String(): "Cloud KMS Error",
		w.CreateKey("europe-west3", "far").String():       "This region is not supported",
		denied.String() + "/cryptoKeyVersions/1":          "A key version can't be named",
		"projects/p/locations/us/keyRings/r/cryptoKeys/?": "Invalid KMS key name",
	} {
		err := w.client.Dataset("d").Create(t.Context(), &bigquery.DatasetMetadata{
			Location: place, DefaultEncryptionConfig: &bigquery.EncryptionConfig{KMSKeyName: key}})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", key, err, want)
		}
	}
	if got := w.datasets(true, 0); got != nil {
		t.Errorf("got datasets %q of refused calls, want none", got)
	}
}

// jobsKeys are what jobs do to the key of the table that they write.
func jobsKeys() map[string]struct {
	write           bigquery.TableWriteDisposition
	table, job      string // "" is no key
	load, copy, sql string // the key after each job, or a part of its refusal
} {
	const mismatch = "Existing table encryption settings don't match"
	type keys = struct {
		write           bigquery.TableWriteDisposition
		table, job      string
		load, copy, sql string
	}
	return map[string]keys{
		"append, none to none":       {bigquery.WriteAppend, "", "", "", "", ""},
		"append, none to keyed":      {bigquery.WriteAppend, "one", "", "one", "one", "one"},
		"append, same key":           {bigquery.WriteAppend, "one", "one", "one", "one", "one"},
		"append, other key":          {bigquery.WriteAppend, "one", "two", mismatch, mismatch, mismatch},
		"append, key to none":        {bigquery.WriteAppend, "", "one", mismatch, mismatch, mismatch},
		"truncate, none to none":     {bigquery.WriteTruncate, "", "", "", "default", ""},
		"truncate, none to keyed":    {bigquery.WriteTruncate, "one", "", "one", "default", "one"},
		"truncate, other key":        {bigquery.WriteTruncate, "one", "two", "two", "two", "two"},
		"truncate, key to none":      {bigquery.WriteTruncate, "", "one", "one", "one", "one"},
		"empty, none to keyed":       {bigquery.WriteEmpty, "one", "", "one", "one", "one"},
		"empty, other key":           {bigquery.WriteEmpty, "one", "two", mismatch, mismatch, mismatch},
		"truncate, a disabled key":   {bigquery.WriteTruncate, "", "disabled", "Cloud KMS Error", "Cloud KMS Error", "Cloud KMS Error"},
		"append to a disabled table": {bigquery.WriteAppend, "late", "", "Cloud KMS Error", "Cloud KMS Error", "Cloud KMS Error"},
	}
}

func TestJobsKeepOrChangeTheKeyOfTheirTable(t *testing.T) {
	for name, tt := range jobsKeys() {
		for kind, want := range map[string]string{"load": tt.load, "copy": tt.copy, "query": tt.sql} {
			t.Run(name+", "+kind, func(t *testing.T) {
				w, _ := filed(t)
				keys := map[string]cmekpipe.KeyName{"": none}
				for _, id := range []string{"one", "two", "default", "disabled", "late"} {
					keys[id] = w.CreateKey(place, id)
				}
				w.DisableKey(keys["disabled"])
				w.WriteObject("gs://files/one", []byte(`{"id":1}`))
				w.table("d", "from", people(), none)
				schema := people()
				schema[0].Required = kind != "query" // whose columns are never required
				to := w.table("d", "t", schema, keys[tt.table])
				w.DisableKey(keys["late"])
				if _, err := w.client.Dataset("d").Update(t.Context(), bigquery.DatasetMetadataToUpdate{
					DefaultEncryptionConfig: &bigquery.EncryptionConfig{KMSKeyName: keys["default"].String()}}, ""); err != nil {
					t.Fatal(err)
				}
				var encrypted *bigquery.EncryptionConfig
				if tt.job != "" {
					encrypted = &bigquery.EncryptionConfig{KMSKeyName: keys[tt.job].String()}
				}
				var err error
				switch kind {
				case "load":
					err = w.load(func(l *bigquery.Loader) {
						l.WriteDisposition, l.DestinationEncryptionConfig = tt.write, encrypted
					}, lines("gs://files/one"))
				case "copy":
					c := to.CopierFrom(w.client.Dataset("d").Table("from"))
					c.WriteDisposition, c.DestinationEncryptionConfig = tt.write, encrypted
					err = w.finished(c.Run(t.Context()))
				case "query":
					q := w.query("SELECT 1 AS id, 'Ann' AS name", none)
					q.Dst, q.WriteDisposition, q.DestinationEncryptionConfig = to, tt.write, encrypted
					err = w.finished(q.Run(t.Context()))
				}
				if strings.Contains(want, " ") {
					if err == nil || !strings.Contains(err.Error(), want) {
						t.Errorf("got %v, want %q", err, want)
					}
					want = tt.table
				} else if err != nil {
					t.Fatal(err)
				}
				if got := w.keyOf(to); got != keys[want] {
					t.Errorf("got the table encrypted with %q, want %q", got, keys[want])
				}
			})
		}
	}
}

// A table that has no key stays so when its rows are replaced, whatever the dataset's default key is then.
func TestReplacingAPlainTableNeedsNoDefaultKey(t *testing.T) {
	w, _ := filed(t)
	later := w.CreateKey(place, "later")
	w.WriteObject("gs://files/one", []byte(`{"id":1}`))
	to := w.table("d", "t", people(), none)
	if _, err := w.client.Dataset("d").Update(t.Context(), bigquery.DatasetMetadataToUpdate{
		DefaultEncryptionConfig: &bigquery.EncryptionConfig{KMSKeyName: later.String()}}, ""); err != nil {
		t.Fatal(err)
	}
	w.DisableKey(later)
	if err := w.load(func(l *bigquery.Loader) { l.WriteDisposition = bigquery.WriteTruncate }, lines("gs://files/one")); err != nil {
		t.Fatal(err)
	}
	if got := w.keyOf(to); got.Valid() || len(w.rows(to)) != 1 {
		t.Errorf("got key %q and %d rows, want none and 1", got, len(w.rows(to)))
	}
}

func TestAReplacedTableKeepsItsSettings(t *testing.T) {
	w, _ := filed(t)
	w.WriteObject("gs://files/one", []byte(`{"id":1}`))
	expires := w.now.Add(time.Hour)
	to := w.client.Dataset("d").Table("t")
	if err := to.Create(t.Context(), &bigquery.TableMetadata{
		Schema: people(), Description: "sums", Labels: map[string]string{"team": "risk"}, ExpirationTime: expires,
		Clustering: &bigquery.Clustering{Fields: []string{"name"}},
	}); err != nil {
		t.Fatal(err)
	}
	before, err := to.Metadata(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	w.now = w.now.Add(time.Minute)
	if err := w.load(func(l *bigquery.Loader) { l.WriteDisposition = bigquery.WriteTruncate }, lines("gs://files/one")); err != nil {
		t.Fatal(err)
	}
	after, err := to.Metadata(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if after.Description != "sums" || after.Labels["team"] != "risk" || !after.ExpirationTime.Equal(expires) || after.NumRows != 1 ||
		!after.CreationTime.Equal(before.CreationTime) || !after.LastModifiedTime.Equal(w.now) || after.Clustering.Fields[0] != "name" {
		t.Errorf("got %+v, want the settings of %+v and the row", after, before)
	}
}
