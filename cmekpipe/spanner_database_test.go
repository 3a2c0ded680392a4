package cmekpipe_test

import (
	"strings"
	"testing"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

var goodDatabases = []string{
	"projects/bank-prod/instances/in/databases/db", "projects/example.com:proj/instances/main-1/databases/ledger_2-x",
	"projects/bank-prod/instances/" + strings.Repeat("i", 64) + "/databases/" + strings.Repeat("d", 30),
}

var badDatabases = []refusal{
	{"empty", "", "got nothing, want projects/…/instances/…/databases/…"},
	{"short name", "ledger", "want projects/…/instances/…/databases/…"},
	{"instance only", "projects/bank-prod/instances/main", "want projects/…/instances/…/databases/…"},
	{"table in it", "projects/bank-prod/instances/main/databases/ledger/tables/x", "want projects/…"},
	{"trailing slash", "projects/bank-prod/instances/main/databases/ledger/", "want projects/…"},
	{"wrong collection", "projects/bank-prod/instances/main/database/ledger", `got collection "database", want "databases"`},
	{"bad project", "projects/Bank/instances/main/databases/ledger", "got project"},
	{"instance of 1 character", "projects/bank-prod/instances/m/databases/ledger", "got instance"},
	{"instance of 65 characters", "projects/bank-prod/instances/" + strings.Repeat("i", 65) + "/databases/ledger", "got instance"},
	{"underscore in an instance", "projects/bank-prod/instances/ma_in/databases/ledger", "got instance"},
	{"database of 1 character", "projects/bank-prod/instances/main/databases/l", "got database"},
	{"database of 31 characters", "projects/bank-prod/instances/main/databases/" + strings.Repeat("d", 31), "got database"},
	{"upper-case database", "projects/bank-prod/instances/main/databases/Ledger", "got database"},
	{"digit first", "projects/bank-prod/instances/main/databases/1ledger", "got database"},
	{"hyphen last", "projects/bank-prod/instances/main/databases/ledger-", "got database"},
	{"underscore last", "projects/bank-prod/instances/main/databases/ledger_", "got database"},
	{"newline", "projects/bank-prod/instances/main/databases/ledger\n", "got database"},
}

func TestKeyCreatesSpannerDatabases(t *testing.T) {
	good := make(map[string]string)
	for _, name := range goodDatabases {
		good[name] = name
	}
	checkCreates(t, cmekpipe.KeyName.SpannerDatabase, good)
}

func TestSpannerDatabaseRefuses(t *testing.T) {
	checkRefuses(t, cmekpipe.KeyName.SpannerDatabase, "cmekpipe.KeyName.SpannerDatabase", badDatabases)
}

func TestSpannerDatabaseParts(t *testing.T) {
	d := mustKeyName(t).MustSpannerDatabase("projects/bank-prod/instances/main/databases/ledger")
	got := [...]string{d.Project(), d.Instance(), d.ID()}
	if want := [...]string{"bank-prod", "main", "ledger"}; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func FuzzSpannerDatabase(f *testing.F) {
	for _, name := range goodDatabases {
		f.Add(name)
	}
	for _, tt := range badDatabases {
		f.Add(tt.text)
	}
	fuzzDestination(f, cmekpipe.KeyName.SpannerDatabase)
}
