package gsurl_test

import (
	"strings"
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/util/gcsx"

	"github.com/cmekpipe/cmekpipe-go/internal/keyedfs/gsurl"
)

var names = []string{
	"a.txt", "a?b", "?", "#", "a#b", "%", "x%2Fy", "100%25", "%zz", "a b", "ü…\U0001f511", "*", "[a]", "a\\b", "//", "/", "../up",
	"tab\there", "line\nbreak", "del\x7f", "+&=;:@", "gs://x/y", "\xff", strings.Repeat("?", 1024),
}

func TestBeamReadsEncodedNamesAsTheObject(t *testing.T) {
	for _, name := range names {
		requireSame(t, name)
	}
}

func requireSame(t *testing.T, name string) {
	t.Helper()
	encoded := gsurl.Encode("gs://bank-records/" + name)
	bucket, object, err := gcsx.ParseObject(encoded)
	if err != nil || bucket != "bank-records" || object != name {
		t.Errorf("%q: got bucket %q and object %q of %q, %v", name, bucket, object, encoded, err)
	}
	if got, want := gsurl.Decode(encoded), "gs://bank-records/"+name; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestPatternsKeepTheirMeaning(t *testing.T) {
	for pattern, want := range map[string]string{
		"gs://b/in/*.txt":    "in/*.txt",
		"gs://b/in/?.txt":    "in/?.txt",
		"gs://b/a#1/*":       "a#1/*",
		"gs://b/a%20b/[0-9]": "a b/[0-9]",
		"gs://b/a%3Fb":       "a?b",
	} {
		if _, got, err := gcsx.ParseObject(gsurl.EncodePattern(pattern)); err != nil || got != want {
			t.Errorf("%s: got %q, %v, want %q", pattern, got, err, want)
		}
	}
}

func TestOtherFilesystemsKeepTheirNames(t *testing.T) {
	for _, name := range []string{"/tmp/a?b#%2F", "a%20b", "cmekgs://p/l/r/k/b/a?b%", "memfs://a?b", "s3://b/a%"} {
		if got := []string{gsurl.Encode(name), gsurl.EncodePattern(name), gsurl.Decode(name)}; got[0] != name || got[1] != name || got[2] != name {
			t.Errorf("got %q, want %q", got, name)
		}
	}
}

func TestSplit(t *testing.T) {
	for url, want := range map[string][2]string{
		"gs://bank-records/a/b//c":  {"bank-records", "a/b//c"},
		"gs://bank-records/folder/": {"bank-records", "folder/"},
		"gs://bank-records/":        {"bank-records", ""},
		"gs://bank-records":         {"bank-records", ""},
		"gs://":                     {},
		"s3://bank-records/a":       {},
		"bank-records/a":            {},
		"":                          {},
	} {
		bucket, name := gsurl.Split(url)
		if got := [2]string{bucket, name}; got != want {
			t.Errorf("Split(%q) = %q, want %q", url, got, want)
		}
		if name != "" && gsurl.Join(bucket, name) != url {
			t.Errorf("Join(%q, %q) = %q, want %q", bucket, name, gsurl.Join(bucket, name), url)
		}
	}
}

func FuzzEncode(f *testing.F) {
	for _, name := range names {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) { requireSame(t, name) })
}
