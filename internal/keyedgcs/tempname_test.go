package keyedgcs_test

import (
	"testing"

	"github.com/cmekpipe/cmekpipe-go/internal/keyedgcs"
)

func TestNewIDHasItsLengthAndIsNew(t *testing.T) {
	a, b := keyedgcs.NewID(), keyedgcs.NewID()
	if a == b || len(a) != keyedgcs.IDLength {
		t.Errorf("got ids %q and %q, want different ones of %d characters", a, b, keyedgcs.IDLength)
	}
}

func TestTempFolderAcceptsTemporaryNamesOnly(t *testing.T) {
	for name, want := range map[string]string{
		"":                             "",
		"out/":                         "",
		"out/lines":                    "",
		"out/.cmekpipe-temp-":          "",
		"out/.cmekpipe-temp-/a":        "",
		"out/.cmekpipe-temp-id":        "",
		"out/.cmekpipe-temp-id/":       "",
		"out/.cmekpipe-temp-id/a/b":    "",
		".cmekpipe-temp-id/a":          "",
		"out/b/.cmekpipe-temp-id/a":    "",
		"out/.cmekpipe-temp-id/a":      "out/.cmekpipe-temp-id/",
		"out/.cmekpipe-temp-other/b.c": "out/.cmekpipe-temp-other/",
	} {
		got, ok := keyedgcs.TempFolder("out/", name)
		if ok != (want != "") || ok && got != want {
			t.Errorf("TempFolder(%q): got %q, %v, want %q", name, got, ok, want)
		}
	}
}
