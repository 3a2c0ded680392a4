package cmekpipe_test

import (
	"strings"
	"testing"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/location"
)

var goodBuckets = []string{
	"abc", "bank-scratch", "bank_scratch.example.com", "0a9", strings.Repeat("b", 63), "1.2.3.4.5", "a.b",
	strings.Repeat("b", 63) + "." + strings.Repeat("c", 63) + "." + strings.Repeat("d", 63) + "." + strings.Repeat("e", 30),
}

var badBuckets = []refusal{
	{"empty", "", "got no bucket name"},
	{"URL", "gs://bank-scratch", "got a URL"},
	{"path", "bank-scratch/tmp", "want lower-case letters"},
	{"upper case", "Bank-Scratch", "want lower-case letters"},
	{"blank", "bank scratch", "want lower-case letters"},
	{"newline", "bank-scratch\n", "want lower-case letters"},
	{"zero byte", "bank\x00scratch", "want lower-case letters"},
	{"non-ASCII", "größe", "want lower-case letters"},
	{"2 characters", "ab", "of 2 characters"},
	{"64 characters", strings.Repeat("b", 64), "want 1 to 63 characters between dots"},
	{"223 characters", strings.Repeat("b.", 111) + "b", "of 223 characters"},
	{"hyphen first", "-bank", "want a letter or digit first and last"},
	{"underscore last", "bank_", "want a letter or digit first and last"},
	{"dot last", "bank.", "want a letter or digit first and last"},
	{"two dots", "bank..scratch", "want 1 to 63 characters between dots"},
	{"goog first", "goog-scratch", `want no "goog" in front`},
	{"google inside", "my-google-data", `no "google" inside`},
	{"g00gle inside", "my-g00gle-data", `no "google" inside`},
	{"IP address", "192.168.5.4", "not an IP address"},
}

func TestParseBucketAcceptsGoodNames(t *testing.T) {
	for _, name := range goodBuckets {
		b, err := cmekpipe.ParseBucket[location.USCentral1](name)
		if err != nil || !b.Valid() || b.String() != name {
			t.Errorf("ParseBucket(%q): got %q and %v, want it valid", name, b, err)
		}
	}
}

func TestParseBucketRefuses(t *testing.T) {
	for _, tt := range badBuckets {
		t.Run(tt.name, func(t *testing.T) {
			b, err := cmekpipe.ParseBucket[location.USCentral1](tt.text)
			if b.Valid() {
				t.Errorf("got %q, want the zero Bucket", b)
			}
			checkRefusal(t, err, "cmekpipe.ParseBucket", cmekpipe.InvalidName, tt.text, tt.reason)
		})
	}
}

func TestPathIsAURLWithoutTrailingSlash(t *testing.T) {
	for prefix, want := range map[string]string{
		"":          "gs://bank-scratch",
		"tmp":       "gs://bank-scratch/tmp",
		"tmp/":      "gs://bank-scratch/tmp",
		"tmp//":     "gs://bank-scratch/tmp",
		"a/b c/ö?#": "gs://bank-scratch/a/b c/ö?#",
		"/":         "gs://bank-scratch",
	} {
		p := centralBucket().Path(prefix)
		if !p.Valid() || p.String() != want {
			t.Errorf("Path(%q): got %q, want %q", prefix, p, want)
		}
	}
}

func TestZeroBucketAndPathNameNothing(t *testing.T) {
	var b cmekpipe.Bucket[location.USCentral1]
	if b.Valid() || b.String() != "" {
		t.Errorf("got %#v, want nothing in it", b)
	}
	if p := b.Path("tmp"); p.Valid() || p.String() != "" {
		t.Errorf("got path %q in the zero Bucket, want none", p)
	}
}

func FuzzParseBucket(f *testing.F) {
	for _, name := range goodBuckets {
		f.Add(name)
	}
	for _, tt := range badBuckets {
		f.Add(tt.text)
	}
	f.Fuzz(func(t *testing.T, name string) {
		b, err := cmekpipe.ParseBucket[location.USCentral1](name)
		if err != nil {
			checkFuzzed(t, b.Valid(), err)
			return
		}
		if b.String() != name {
			t.Errorf("got %q, want %q", b, name)
		}
		if o, err := mustKeyName(t).Object(b.Path("a").String()); err != nil || o.Bucket() != name || o.Name() != "a" {
			t.Errorf("got object %q and %v in bucket %q, want a in it", o, err, name)
		}
	})
}
