package cmekpipe_test

import (
	"strings"
	"testing"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

var goodBigtableTables = []string{
	"projects/bank-prod/instances/main-1/tables/t", "projects/example.com:proj/instances/" + strings.Repeat("i", 33) + "/tables/" + strings.Repeat("T", 50), "projects/bank-prod/instances/main-1/tables/-a_B.9",
}

var badBigtableTables = []refusal{
	{"empty", "", "got nothing, want projects/…"},
	{"instance only", "projects/bank-prod/instances/main-1", "want projects/…/instances/…/tables/…"},
	{"Spanner database", "projects/bank-prod/instances/main-1/databases/d", `got collection "databases", want "tables"`},
	{"bad project", "projects/Bank/instances/main-1/tables/t", "got project"},
	{"instance of 5 characters", "projects/bank-prod/instances/main1/tables/t", "got instance"},
	{"instance of 34 characters", "projects/bank-prod/instances/" + strings.Repeat("i", 34) + "/tables/t", "got instance"},
	{"instance with digit first", "projects/bank-prod/instances/1main-1/tables/t", "got instance"},
	{"instance with hyphen last", "projects/bank-prod/instances/main-1-/tables/t", "got instance"},
	{"no table", "projects/bank-prod/instances/main-1/tables/", "got table"},
	{"table of 51 characters", "projects/bank-prod/instances/main-1/tables/" + strings.Repeat("t", 51), "got table"},
	{"newline", "projects/bank-prod/instances/main-1/tables/t\n", "got table"},
}

func TestKeyCreatesBigtableTables(t *testing.T) {
	good := make(map[string]string)
	for _, name := range goodBigtableTables {
		good[name] = name
	}
	checkCreates(t, cmekpipe.KeyName.BigtableTable, good)
}

func TestBigtableTableRefuses(t *testing.T) {
	checkRefuses(t, cmekpipe.KeyName.BigtableTable, "cmekpipe.KeyName.BigtableTable", badBigtableTables)
}

func TestBigtableTableParts(t *testing.T) {
	d := mustKeyName(t).MustBigtableTable("projects/bank-prod/instances/main-1/tables/t")
	got := [...]string{d.Project(), d.Instance(), d.ID()}
	if want := [...]string{"bank-prod", "main-1", "t"}; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func FuzzBigtableTable(f *testing.F) {
	for _, name := range goodBigtableTables {
		f.Add(name)
	}
	for _, tt := range badBigtableTables {
		f.Add(tt.text)
	}
	fuzzDestination(f, cmekpipe.KeyName.BigtableTable)
}
