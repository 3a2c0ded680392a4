package input_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/input"
)

func TestCheckAcceptsLocalPathsAndObjects(t *testing.T) {
	for _, pattern := range []string{
		"gs://bank-in/x.csv", "gs://bank-in/*", "gs://bank-in", "gs://bank-in/x ", "/tmp/x.csv", "x.csv", "./in/*.csv", "../x", "C:/in/x.csv",
		"a b.csv", "2026-01-01T10:00.csv", "gs", "gsx:/y",
	} {
		if err := input.Check("textio.Read", pattern); err != nil {
			t.Errorf("%q: got %v, want no error", pattern, err)
		}
	}
}

func TestCheckRefusesWhatBeamWouldMisread(t *testing.T) {
	for pattern, want := range map[string]struct {
		code cmekpipe.Code
		hint string
	}{
		"":                      {cmekpipe.InvalidName, "gs://BUCKET/in/*.txt"},
		" \t":                   {cmekpipe.InvalidName, "gs://BUCKET/in/*.txt"},
		" gs://bank-in/x.csv":   {cmekpipe.InvalidName, `use "gs://bank-in/x.csv"`},
		"gs:/bank-in/x.csv":     {cmekpipe.InvalidName, `use "gs://bank-in/x.csv"`},
		"gs:bank-in/x.csv":      {cmekpipe.InvalidName, `use "gs://bank-in/x.csv"`},
		"GS://bank-in/x.csv":    {cmekpipe.InvalidName, `use "gs://bank-in/x.csv"`},
		"gs://":                 {cmekpipe.InvalidName, "gs://BUCKET/OBJECT"},
		"gs:///x.csv":           {cmekpipe.InvalidName, "gs://BUCKET/OBJECT"},
		"file:///tmp/x.csv":     {cmekpipe.InvalidName, `"/tmp/x.csv"`},
		"s3://bank-in/x.csv":    {cmekpipe.Unsupported, "import"},
		"ftp://bank-in/secrets": {cmekpipe.Unsupported, "copy the files to gs://"},
	} {
		err := input.Check("textio.Read", pattern)
		e, ok := errors.AsType[*cmekpipe.Error](err)
		if !ok || e.Code != want.code || e.Op != "textio.Read" || e.Err == nil || !strings.Contains(e.Hint, want.hint) {
			t.Errorf("%q: got %v, want code %v and hint %q", pattern, err, want.code, want.hint)
		}
	}
}

func TestMustBeValidPanicsWithTheError(t *testing.T) {
	defer func() {
		if e, ok := recover().(*cmekpipe.Error); !ok || e.Code != cmekpipe.InvalidName {
			t.Errorf("got %v, want %v", e, cmekpipe.InvalidName)
		}
	}()
	input.MustBeValid("textio.Read", "")
}
