package cmekpipe_test

import (
	"encoding"
	"errors"
	"strings"
	"testing"
	"unicode"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// checkFuzzed checks what every refusal must have, whatever the text.
func checkFuzzed(t *testing.T, valid bool, err error) {
	t.Helper()
	e, ok := errors.AsType[*cmekpipe.Error](err)
	if !ok || e.Code == "" || e.Hint == "" || e.Op == "" {
		t.Fatalf("got %#v, want operation, code and hint", err)
	}
	if valid {
		t.Errorf("got a valid value with %v, want none", err)
	}
	if strings.ContainsFunc(err.Error(), unicode.IsControl) {
		t.Errorf("got control characters in %q, want none", err)
	}
	checkFound(t, e)
}

// checkTextRoundTrip checks that a value is equal to the value parsed from its text form.
func checkTextRoundTrip[V interface {
	comparable
	encoding.TextMarshaler
}](t *testing.T, v V) {
	t.Helper()
	text, err := v.MarshalText()
	if err != nil {
		t.Fatal(err)
	}
	var back V
	if err := any(&back).(encoding.TextUnmarshaler).UnmarshalText(text); err != nil || back != v {
		t.Errorf("UnmarshalText(%q): got %v and %v, want %v", text, back, err, v)
	}
}

// destination is what every place to write has in common.
type destination interface {
	comparable
	encoding.TextMarshaler
	Key() cmekpipe.KeyName
	Valid() bool
	String() string
}

// fuzzDestination checks a function that creates a destination with any name.
func fuzzDestination[D destination](f *testing.F, create func(cmekpipe.KeyName, string) (D, error)) {
	f.Fuzz(func(t *testing.T, name string) {
		key := mustKeyName(t)
		d, err := create(key, name)
		if err != nil {
			checkFuzzed(t, d.Valid(), err)
			return
		}
		if !d.Valid() || d.Key() != key {
			t.Errorf("got %v under %q, want it valid and under %q", d, d.Key(), key)
		}
		if again, err := create(key, d.String()); err != nil || again != d {
			t.Errorf("got %v and %v for its own text, want %v", again, err, d)
		}
		checkTextRoundTrip(t, d)
	})
}
