package cmekpipe_test

import (
	"strings"
	"testing"
	"unicode"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

func TestPrintable(t *testing.T) {
	for text, want := range map[string]string{
		"":                       "",
		"gs://bank-out/a b…ü漢":   "gs://bank-out/a b…ü漢",
		"a\r\n\tb":               "a   b",
		"\x1b[31mred":            `\x1b[31mred`,
		"\u009b31mred":           `\u009b31mred`,
		"a\u202egpj.exe":         `a\u202egpj.exe`,
		"a\u2066b\u200bc\ufeffd": `a\u2066b\u200bc\ufeffd`,
		"a\u2028b\u2029c":        `a\u2028b\u2029c`,
		"a\xffb\x9bc":            `a\xffb\x9bc`,
		"\x00\x7f":               `\x00\x7f`,
		"a\u00a0b":               "a\u00a0b",
		"\U000e0041tag":          `\U000e0041tag`,
	} {
		if got := cmekpipe.Printable(text); got != want {
			t.Errorf("Printable(%q) = %q, want %q", text, got, want)
		}
	}
}

func FuzzPrintableHoldsNothingThatATerminalObeys(f *testing.F) {
	f.Add("a\u202eb\x9b\n")
	f.Fuzz(func(t *testing.T, text string) {
		got := cmekpipe.Printable(text)
		if strings.ContainsFunc(got, func(r rune) bool { return !unicode.IsGraphic(r) }) {
			t.Errorf("Printable(%q) = %q", text, got)
		}
		if again := cmekpipe.Printable(got); again != got {
			t.Errorf("Printable(%q) = %q, and of that %q", text, got, again)
		}
	})
}
