package bigquery_test

import (
	"net/http"
	"strings"
	"testing"

	"cloud.google.com/go/bigquery"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
)

func TestATableIsEncryptedWithTheKeyOfItsCallElseOfItsDataset(t *testing.T) {
	w := newWorld(t)
	mine, other := w.CreateKey(place, "mine"), w.CreateKey(place, "other")
	w.CreateDataset(cmektest.Project+".keyed", place, mine)
	w.CreateDataset(cmektest.Project+".plain", place, none)
	if got := w.keyOf(w.table("keyed", "default", people(), none)); got != mine {
		t.Errorf("by the dataset's default: got %v, want %v", got, mine)
	}
	if got := w.keyOf(w.table("keyed", "named", people(), other)); got != other {
		t.Errorf("by the call: got %v, want %v", got, other)
	}
	if got := w.keyOf(w.table("plain", "none", people(), none)); got != none {
		t.Errorf("without any: got %v, want none", got)
	}
}

func TestADefaultKeyThatChangesLeavesOlderTables(t *testing.T) {
	w := newWorld(t)
	before, after := w.CreateKey(place, "before"), w.CreateKey(place, "after")
	w.CreateDataset(cmektest.Project+".d", place, before)
	older := w.table("d", "older", people(), none)
	change := bigquery.DatasetMetadataToUpdate{DefaultEncryptionConfig: &bigquery.EncryptionConfig{KMSKeyName: after.String()}}
	if _, err := w.client.Dataset("d").Update(t.Context(), change, ""); err != nil {
		t.Fatal(err)
	}
	if got := w.keyOf(older); got != before {
		t.Errorf("older table: got %v, want %v", got, before)
	}
	if got := w.keyOf(w.table("d", "newer", people(), none)); got != after {
		t.Errorf("newer table: got %v, want %v", got, after)
	}
}

func TestKeysThatCannotProtectATable(t *testing.T) {
	w := newWorld(t)
	denied, disabled := w.CreateKey(place, "denied"), w.CreateKey(place, "disabled")
	w.DenyKey(denied)
	w.DisableKey(disabled)
	w.CreateDataset(cmektest.Project+".d", place, none)
	for _, tt := range []struct {
		name, key, reason, text string
		status                  int
	}{
		{"of another region", w.CreateKey("europe-west3", "far").String(), "invalid", "This region is not supported", http.StatusBadRequest},
		{"of a multi-region", w.CreateKey("us", "wide").String(), "invalid", "This region is not supported", http.StatusBadRequest},
		{"denied", denied.String(), "accessDenied", "Please grant Cloud KMS CryptoKey Encrypter/Decrypter role", http.StatusForbidden},
		{"disabled", disabled.String(), "invalid", "Cloud KMS Error", http.StatusBadRequest},
		{"a version", denied.String() + "/cryptoKeyVersions/1", "invalid", "A key version can't be named", http.StatusBadRequest},
		{"no key", "key", "invalid", "Invalid KMS key name", http.StatusBadRequest},
	} {
		t.Run(tt.name, func(t *testing.T) {
			before := len(w.Ledger())
			err := w.client.Dataset("d").Table("t").Create(t.Context(), &bigquery.TableMetadata{
				Schema: people(), EncryptionConfig: &bigquery.EncryptionConfig{KMSKeyName: tt.key}})
			wantRefusal(t, err, tt.status, tt.reason, tt.text)
			if now := len(w.Ledger()); now != before {
				t.Errorf("got %d things created, want none", now-before)
			}
		})
	}
}

func TestAnonymousResultsAreEncryptedWithTheJobsKey(t *testing.T) {
	w, _ := newQueryWorld(t)
	result := w.CreateKey(place, "results")
	before := len(w.Ledger())
	if _, err := w.read(w.query("SELECT id FROM d.people", result)); err != nil {
		t.Fatal(err)
	}
	made := 0
	for _, e := range w.Ledger()[before:] {
		if e.Kind != "table" {
			continue
		}
		made++
		if !strings.HasPrefix(e.Key.String(), result.String()) {
			t.Errorf("%s: got key %v, want %v", e.Name, e.Key, result)
		}
	}
	if made != 1 {
		t.Errorf("got %d tables of results, want 1", made)
	}
}

func TestInsertsHaveALimitOfRows(t *testing.T) {
	w := newWorld(t)
	w.CreateDataset(cmektest.Project+".d", place, none)
	table := w.table("d", "t", people(), w.CreateKey(place, "k"))
	rows := make([]*bigquery.ValuesSaver, 50_001)
	for i := range rows {
		rows[i] = &bigquery.ValuesSaver{Schema: people(), Row: []bigquery.Value{i, "a"}}
	}
	err := table.Inserter().Put(t.Context(), rows)
	wantRefusal(t, err, http.StatusBadRequest, "invalid", "too many rows present in the request, limit: 50000 row count: 50001.")
	if got := len(w.rows(table)); got != 0 {
		t.Errorf("got %d rows of a request that was refused, want none", got)
	}
	if err := table.Inserter().Put(t.Context(), rows[:50_000]); err != nil {
		t.Errorf("as many as may be: %v", err)
	}
}
