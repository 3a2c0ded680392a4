package cmekpipe_test

import (
	"strings"
	"testing"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

var goodTables = map[string]string{
	"bank-prod.ledger.entries":                 "bank-prod.ledger.entries",
	"bank-prod:ledger.entries":                 "bank-prod.ledger.entries",
	"example.com:proj.ledger.entries":          "example.com:proj.ledger.entries",
	"example.com:proj:ledger.entries":          "example.com:proj.ledger.entries",
	"123456789012.L_1.größe 2026-日本_1":         "123456789012.L_1.größe 2026-日本_1",
	"bank-prod.d." + strings.Repeat("t", 1024): "bank-prod.d." + strings.Repeat("t", 1024),
}

var badTables = []refusal{
	{"empty", "", "got nothing, want a dataset"},
	{"table only", "entries", `got "entries", want a dataset`},
	{"dataset and table", "ledger.entries", `got "ledger.entries", want a project`},
	{"no table", "bank-prod.ledger.", "got a table id of 0 bytes"},
	{"no dataset", "bank-prod..entries", `got dataset ""`},
	{"no project", ".ledger.entries", "got no project id"},
	{"bad project", "Bank.ledger.entries", "got project"},
	{"four parts", "bank-prod.ledger.entries.2026", "got project"},
	{"hyphen in the dataset", "bank-prod.led-ger.entries", `got dataset "led-ger"`},
	{"dataset of 1025 characters", "bank-prod." + strings.Repeat("d", 1025) + ".t", "want 1 to 1024 letters"},
	{"partition", "bank-prod.ledger.entries$20260101", "without decorator or wildcard"},
	{"snapshot", "bank-prod.ledger.entries@-3600", "without decorator or wildcard"},
	{"wildcard", "bank-prod.ledger.entries_*", "without decorator or wildcard"},
	{"quotes", "`bank-prod.ledger.entries`", "got project"},
	{"slash", "bank-prod.ledger.a/b", "want letters, marks"},
	{"newline", "bank-prod.ledger.entries\n", "want letters, marks"},
	{"tab", "bank-prod.ledger.a\tb", "want letters, marks"},
	{"broken UTF-8", "bank-prod.ledger.a\xff", "want letters, marks"},
	{"symbol", "bank-prod.ledger.a+b", "want letters, marks"},
	{"1025 bytes", "bank-prod.ledger." + strings.Repeat("t", 1025), "got a table id of 1025 bytes, want 1 to 1024"},
	{"resource name", "projects/bank-prod/datasets/ledger/tables/entries", "want a dataset"},
}

func TestKeyCreatesBigQueryTables(t *testing.T) {
	checkCreates(t, cmekpipe.KeyName.BigQueryTable, goodTables)
}

func TestBigQueryTableRefuses(t *testing.T) {
	checkRefuses(t, cmekpipe.KeyName.BigQueryTable, "cmekpipe.KeyName.BigQueryTable", badTables)
}

func TestBigQueryTableParts(t *testing.T) {
	table := mustKeyName(t).MustBigQueryTable("example.com:proj:ledger.entries")
	got := [...]string{table.Project(), table.Dataset(), table.ID()}
	if want := [...]string{"example.com:proj", "ledger", "entries"}; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func FuzzBigQueryTable(f *testing.F) {
	for name := range goodTables {
		f.Add(name)
	}
	for _, tt := range badTables {
		f.Add(tt.text)
	}
	fuzzDestination(f, cmekpipe.KeyName.BigQueryTable)
}
