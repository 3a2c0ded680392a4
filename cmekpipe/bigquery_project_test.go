package cmekpipe_test

import (
	"testing"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

var goodQueries = []string{
	"bank-prod", "example.com:proj",
}

var badQueries = []refusal{
	{"empty", "", "got no project id"},
	{"upper case", "Bank", "got project"},
	{"a table", "bank-prod.d.t", "got project"},
	{"newline", "bank-prod\n", "got project"},
}

func TestKeyCreatesBigQueryProjects(t *testing.T) {
	good := make(map[string]string)
	for _, name := range goodQueries {
		good[name] = name
	}
	checkCreates(t, cmekpipe.KeyName.BigQueryProject, good)
}

func TestBigQueryProjectRefuses(t *testing.T) {
	checkRefuses(t, cmekpipe.KeyName.BigQueryProject, "cmekpipe.KeyName.BigQueryProject", badQueries)
}

func TestBigQueryProjectParts(t *testing.T) {
	d := mustKeyName(t).MustBigQueryProject("bank-prod")
	got := [...]string{d.Project()}
	if want := [...]string{"bank-prod"}; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func FuzzBigQueryProject(f *testing.F) {
	for _, name := range goodQueries {
		f.Add(name)
	}
	for _, tt := range badQueries {
		f.Add(tt.text)
	}
	fuzzDestination(f, cmekpipe.KeyName.BigQueryProject)
}
