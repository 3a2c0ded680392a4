package cmekpipe_test

import (
	"strings"
	"testing"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

var goodDatastoreDatabases = []string{
	"projects/bank-prod/databases/(default)", "projects/example.com:proj/databases/ab-1", "projects/bank-prod/databases/" + strings.Repeat("d", 63),
}

var badDatastoreDatabases = []refusal{
	{"empty", "", "got nothing, want projects/…"},
	{"short name", "(default)", "want projects/…/databases/…"},
	{"Spanner database", "projects/bank-prod/instances/main/databases/d", "want projects/…/databases/…"},
	{"wrong collection", "projects/bank-prod/database/(default)", `got collection "database", want "databases"`},
	{"bad project", "projects/Bank/databases/(default)", "got project"},
	{"default without parentheses is an id", "projects/bank-prod/databases/(Default)", "got database"},
	{"3 characters", "projects/bank-prod/databases/abc", "got database"},
	{"64 characters", "projects/bank-prod/databases/" + strings.Repeat("d", 64), "got database"},
	{"digit first", "projects/bank-prod/databases/1abc", "got database"},
	{"hyphen last", "projects/bank-prod/databases/abc-", "got database"},
	{"newline", "projects/bank-prod/databases/abcd\n", "got database"},
}

func TestKeyCreatesDatastoreDatabases(t *testing.T) {
	good := make(map[string]string)
	for _, name := range goodDatastoreDatabases {
		good[name] = name
	}
	checkCreates(t, cmekpipe.KeyName.DatastoreDatabase, good)
}

func TestDatastoreDatabaseRefuses(t *testing.T) {
	checkRefuses(t, cmekpipe.KeyName.DatastoreDatabase, "cmekpipe.KeyName.DatastoreDatabase", badDatastoreDatabases)
}

func TestDatastoreDatabaseParts(t *testing.T) {
	d := mustKeyName(t).MustDatastoreDatabase("projects/bank-prod/databases/(default)")
	got := [...]string{d.Project(), d.ID()}
	if want := [...]string{"bank-prod", "(default)"}; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func FuzzDatastoreDatabase(f *testing.F) {
	for _, name := range goodDatastoreDatabases {
		f.Add(name)
	}
	for _, tt := range badDatastoreDatabases {
		f.Add(tt.text)
	}
	fuzzDestination(f, cmekpipe.KeyName.DatastoreDatabase)
}
