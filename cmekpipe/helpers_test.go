package cmekpipe_test

import (
	"errors"
	"strings"
	"testing"
	"unicode"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/location"
)

const goodKey = "projects/bank-keys/locations/us-central1/keyRings/dataflow/cryptoKeys/pipelines"

// refusal is a text that a parser must refuse, and a part of the sentence that says why.
type refusal struct{ name, text, reason string }

func mustKeyName(tb testing.TB) cmekpipe.KeyName {
	tb.Helper()
	k, err := cmekpipe.ParseKeyName(goodKey)
	if err != nil {
		tb.Fatal(err)
	}
	return k
}

func centralKey() cmekpipe.Key[location.USCentral1] {
	return cmekpipe.MustParseKey[location.USCentral1](goodKey)
}

func centralBucket() cmekpipe.Bucket[location.USCentral1] {
	return cmekpipe.MustParseBucket[location.USCentral1]("bank-scratch")
}

// checkRefusal checks everything that an error of this package must have.
func checkRefusal(t *testing.T, err error, op string, code cmekpipe.Code, resource, reason string) {
	t.Helper()
	e, ok := errors.AsType[*cmekpipe.Error](err)
	if !ok {
		t.Fatalf("got %v, want a *cmekpipe.Error", err)
	}
	if !errors.Is(err, code) || e.Code != code || cmekpipe.CodeOf(err) != code {
		t.Errorf("got code %q, want %q: %v", e.Code, code, err)
	}
	if e.Op != op {
		t.Errorf("got operation %q, want %q", e.Op, op)
	}
	if e.Resource != resource {
		t.Errorf("got resource %q, want %q", e.Resource, resource)
	}
	checkSentence(t, e, reason)
	checkFound(t, e)
}

func checkSentence(t *testing.T, e *cmekpipe.Error, reason string) {
	t.Helper()
	if e.Hint == "" {
		t.Errorf("got no hint, want one: %v", e)
	}
	if e.Err == nil || !strings.HasPrefix(e.Err.Error(), "got ") || !strings.Contains(e.Err.Error(), reason) {
		t.Errorf("got cause %v, want it to start with \"got\" and to say %q", e.Err, reason)
	}
	if strings.ContainsFunc(e.Error(), unicode.IsControl) {
		t.Errorf("got control characters in %q, want none", e.Error())
	}
}

// runnerText wraps an error as a runner does.
func runnerText(err error) string {
	return "process bundle failed for instruction inst003 using plan S[go-job-1] : while executing Process for Plan[2]:\n" +
		"2: DataSink[S[ptransform-1@localhost:1]]\n\tDoFn failed\n\tcaused by:\n" + err.Error() +
		"\ngoroutine 12 [running]:\nmain.main()\n\tmain.go:1: cmekpipe[key-denied] later.Op: \"other\": x; hint: other\n"
}

// checkFound checks that an error can be parsed from its text, also with other text around it.
func checkFound(t *testing.T, want *cmekpipe.Error) {
	t.Helper()
	for _, text := range []string{want.Error(), runnerText(want), "rpc error: " + want.Error() + "\r\nmore"} {
		got, ok := cmekpipe.FindError(text)
		if !ok {
			t.Errorf("FindError(%q): got none, want one", text)
			continue
		}
		if got.Op != want.Op || got.Code != want.Code || got.Resource != want.Resource || got.Hint != want.Hint {
			t.Errorf("FindError(%q): got %#v, want %#v", text, got, want)
		}
		if got.Error() != want.Error() {
			t.Errorf("got text %q once found, want %q", got, want)
		}
	}
}
