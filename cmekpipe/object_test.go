package cmekpipe_test

import (
	"strings"
	"testing"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

var goodObjects = []string{
	"gs://bank-out/a", "gs://bank-out/2026/totals-00001-of-00010.avro", "gs://bank-out/a b?c=d#e%20f*[g]",
	"gs://bank-out//double//slash", "gs://bank-out/folder/", "gs://bank-out/größe/日本語/🔑", "gs://bank-out/...",
	"gs://bank-out/ blank around ", "gs://bank-out/a: b; hint: c \"d\"", "gs://bank.example.com/x",
	"gs://bank-out/" + strings.Repeat("é", 512),
}

var badObjects = []refusal{
	{"empty", "", "got an empty URL"},
	{"scheme twice", "gs://gs://bank-out/a", `got "gs://" twice`},
	{"quotes", `"gs://bank-out/a"`, "got quotes around a URL"},
	{"one slash", "gs:/bank-out/a", "got a mistyped scheme"},
	{"no colon", "gs//bank-out/a", "got a mistyped scheme"},
	{"no slash", "gs:bank-out/a", "got a mistyped scheme"},
	{"backslashes", `gs:\\bank-out\a`, "got a mistyped scheme"},
	{"three slashes", "gs:///bank-out/a", `got no bucket after "gs://"`},
	{"upper-case scheme", "GS://bank-out/a", "got the scheme in upper case"},
	{"gcs", "gcs://bank-out/a", "got a Cloud Storage URL in another form"},
	{"https", "https://storage.googleapis.com/bank-out/a", "got a Cloud Storage URL in another form"},
	{"another cloud", "s3://bank-out/a", "got a URL outside Cloud Storage"},
	{"local file", "/var/out/a", "the worker's own disk"},
	{"relative file", "out/a", "the worker's own disk"},
	{"leading blank", " gs://bank-out/a", "got white space around"},
	{"newline for a URL", "\n", "got white space around"},
	{"bucket only", "gs://bank-out", "got no object name"},
	{"bucket and slash", "gs://bank-out/", "got no object name"},
	{"scheme only", "gs://", "got no bucket"},
	{"upper-case bucket", "gs://Bank-Out/a", "want lower-case letters"},
	{"bucket of 2 characters", "gs://ab/a", "of 2 characters"},
	{"blank in the bucket", "gs://bank out/a", "want lower-case letters"},
	{"newline", "gs://bank-out/a\nb", "got control characters"},
	{"trailing newline", "gs://bank-out/a\n", "got control characters"},
	{"carriage return", "gs://bank-out/a\r", "got control characters"},
	{"zero byte", "gs://bank-out/a\x00", "got control characters"},
	{"second set of control characters", "gs://bank-out/a\u0085", "got control characters"},
	{"broken UTF-8", "gs://bank-out/a\xff", "broken UTF-8"},
	{"dot", "gs://bank-out/.", `got object name "."`},
	{"two dots", "gs://bank-out/..", `got object name ".."`},
	{"reserved prefix", "gs://bank-out/.well-known/acme-challenge/x", "want one that Cloud Storage accepts"},
	{"1025 bytes", "gs://bank-out/" + strings.Repeat("a", 1025), "of 1025 bytes, want at most 1024"},
}

func TestKeyCreatesObjects(t *testing.T) {
	good := make(map[string]string)
	for _, url := range goodObjects {
		good[url] = url
	}
	checkCreates(t, cmekpipe.KeyName.Object, good)
}

func TestObjectRefuses(t *testing.T) {
	checkRefuses(t, cmekpipe.KeyName.Object, "cmekpipe.KeyName.Object", badObjects)
}

func TestObjectParts(t *testing.T) {
	o := mustKeyName(t).MustObject("gs://bank-out/2026//a?b")
	if o.Bucket() != "bank-out" || o.Name() != "2026//a?b" {
		t.Errorf("got bucket %q and name %q, want bank-out and 2026//a?b", o.Bucket(), o.Name())
	}
}

func FuzzObject(f *testing.F) {
	for _, url := range goodObjects {
		f.Add(url)
	}
	for _, tt := range badObjects {
		f.Add(tt.text)
	}
	fuzzDestination(f, cmekpipe.KeyName.Object)
}
