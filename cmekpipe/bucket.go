package cmekpipe

import (
	"net/netip"
	"strconv"
	"strings"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/location"
)

// Bucket is a Cloud Storage bucket that the program declares to be in region R. The compiler checks that everything
// declared for one job is in one region; a launch checks against the live service that the bucket is in that region.
type Bucket[R location.Regional] struct{ name string }

// Path is a folder in a [Bucket]: the bucket and a prefix of object names. [Folder] is the same without a region in its
// type.
type Path[R location.Regional] struct{ folder Folder }

// ParseBucket parses a bucket's name, without "gs://", by Cloud Storage's rules: 3 to 63 lower-case letters, digits,
// dots, underscores and hyphens, a letter or digit at both ends, up to 222 characters if dots split it into parts of
// 63, no IP address, no "goog" in front and no "google" inside.
// Source: https://docs.cloud.google.com/storage/docs/buckets#naming.
func ParseBucket[R location.Regional](name string) (Bucket[R], error) {
	if f := checkBucket(name); f.reason != "" {
		return Bucket[R]{}, f.error("cmekpipe.ParseBucket", name)
	}
	return Bucket[R]{name}, nil
}

// MustParseBucket is [ParseBucket] for a literal: it panics with the error if the name is invalid.
func MustParseBucket[R location.Regional](name literalElseCallWithoutMust) Bucket[R] {
	return must(ParseBucket[R](string(name)))
}

// Path returns the folder of the objects whose names start with prefix and a slash. [Builder.Build] checks the prefix. An
// empty prefix means the whole bucket.
func (b Bucket[R]) Path(prefix string) Path[R] {
	return Path[R]{Folder{b.name, strings.TrimRight(prefix, "/")}}
}

// String returns the bucket's name; "" for the zero Bucket.
func (b Bucket[R]) String() string { return b.name }

// Valid reports whether b names a bucket: it is false for the zero Bucket only.
func (b Bucket[R]) Valid() bool { return b.name != "" }

// Valid reports whether p is in a valid bucket. [Builder.Build] checks the prefix.
func (p Path[R]) Valid() bool { return p.folder.Valid() }

// String returns the path as a URL without a trailing slash: "gs://bucket/prefix"; "" for the zero Path.
func (p Path[R]) String() string { return p.folder.String() }

// bareBucket returns the bucket of a URL; "" if it can't be told.
func bareBucket(url string) string {
	bucket, _, _ := strings.Cut(strings.TrimPrefix(correctURL(url), gsScheme), "/")
	return bucket
}

// checkBucket checks a bucket's name by Cloud Storage's rules.
func checkBucket(name string) fault {
	const hint = "write the name of an existing bucket; list yours: gcloud storage buckets list --format='value(name)'"
	bad := func(reason string) fault { return fault{reason, hint} }
	switch {
	case name == "":
		return fault{"got no bucket name", "write the bucket's name, such as bank-work"}
	case strings.Contains(name, "://"):
		return fault{reason: "got a URL, want a bucket's bare name"}.correctedTo(bareBucket(name)).or("write the name only, such as bank-work")
	case !isAll(name, isBucketChar):
		return bad("got bucket " + quote(name) + ", want lower-case letters, digits, dots, underscores and hyphens")
	case len(name) < 3 || len(name) > 222:
		return bad("got a bucket name of " + strconv.Itoa(len(name)) + " characters, want 3 to 63, or to 222 with dots")
	case !isAlnum(name[0]) || !isAlnum(name[len(name)-1]):
		return bad("got bucket " + quote(name) + ", want a letter or digit first and last")
	case strings.HasPrefix(name, "goog") || strings.Contains(name, "google") || strings.Contains(name, "g00gle"):
		return bad("got bucket " + quote(name) + ", want no \"goog\" in front and no \"google\" inside: Google reserves those names")
	}
	if _, err := netip.ParseAddr(name); err == nil {
		return bad("got bucket " + quote(name) + ", want a name that is not an IP address")
	}
	for part := range strings.SplitSeq(name, ".") {
		if part == "" || len(part) > 63 {
			return bad("got bucket " + quote(name) + ", want 1 to 63 characters between dots")
		}
	}
	return fault{}
}

func isBucketChar(c byte) bool { return isProjectChar(c) || c == '.' || c == '_' }
