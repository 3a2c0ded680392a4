package cmekpipe

import (
	"strconv"
	"strings"
)

// Object is an object of Cloud Storage and the key that it will rest under. Connectors that write several objects take
// its name as the prefix of theirs. It is comparable; the zero Object names nothing and connectors refuse it.
type Object struct {
	key          KeyName
	bucket, name string
}

// Object names the object at a URL "gs://bucket/object" and ties it to k. Any object name that Cloud Storage takes is
// taken, up to 1024 bytes of UTF-8 and not "." or "..", but for names with control characters in them: line breaks are
// refused by the service too, the others only break the tools that list them.
// Source: https://docs.cloud.google.com/storage/docs/objects#naming.
func (k KeyName) Object(url string) (Object, error) {
	const op = "cmekpipe.KeyName.Object"
	if !k.Valid() {
		return Object{}, noKey(op, url)
	}
	bucket, name, f := splitURL(url)
	if f.reason == "" {
		f = checkObjectName(name)
	}
	if f.reason != "" {
		return Object{}, f.error(op, url)
	}
	return Object{k, bucket, name}, nil
}

// MustObject is [KeyName.Object] for a constant; it panics on a fault.
func (k KeyName) MustObject(url constant) Object { return must(k.Object(string(url))) }

// Key returns the key that the object will rest under.
func (o Object) Key() KeyName { return o.key }

// Bucket returns the bucket's name.
func (o Object) Bucket() string { return o.bucket }

// Name returns the object's name inside the bucket.
func (o Object) Name() string { return o.name }

// Valid reports whether a key minted o.
func (o Object) Valid() bool { return o.key.Valid() }

// String returns the URL "gs://bucket/object"; "" for the zero Object.
func (o Object) String() string {
	if !o.Valid() {
		return ""
	}
	return "gs://" + o.bucket + "/" + o.name
}

// MarshalText returns the key's name, a space and the URL. This is how an Object travels to workers.
func (o Object) MarshalText() ([]byte, error) { return marshalDestination(o.key, o.String()), nil }

// UnmarshalText reads what MarshalText wrote, as strictly as [KeyName.Object].
func (o *Object) UnmarshalText(text []byte) (err error) {
	*o, err = unmarshalDestination(text, KeyName.Object)
	return err
}

const objectForm = "use gs://BUCKET/NAME"

// splitURL takes a gs:// URL apart. It knows the ways in which people mistype one.
func splitURL(url string) (bucket, name string, f fault) {
	rest, found := strings.CutPrefix(url, "gs://")
	if !found {
		return "", "", mistypedURL(url)
	}
	if bucket, name, _ = strings.Cut(rest, "/"); bucket == "" {
		return "", "", fault{"got no bucket after \"gs://\"", objectForm}
	}
	return bucket, name, checkBucket(bucket)
}

func mistypedURL(url string) fault {
	bare := strings.TrimSpace(url)
	lower := strings.ToLower(bare)
	switch {
	case url == "":
		return fault{"got an empty URL", objectForm}
	case bare != url:
		return fault{"got white space around a URL, want none", "cut it; " + objectForm}
	case strings.HasPrefix(lower, "gs://"):
		return fault{"got the scheme in upper case, want \"gs://\"", objectForm}
	case strings.HasPrefix(lower, "gs:"), strings.HasPrefix(lower, "gs/"):
		return fault{"got a mistyped scheme, want \"gs://\"", objectForm}
	case strings.HasPrefix(lower, "gcs://"), strings.HasPrefix(lower, "https://storage."):
		return fault{"got another way to write a Cloud Storage URL, want \"gs://\"", objectForm}
	case strings.Contains(bare, "://"):
		return fault{"got a place outside Cloud Storage, want \"gs://\": Cloud KMS keys protect nothing else", objectForm}
	}
	return fault{"got a path without \"gs://\", which would be the worker's own disk", objectForm}
}

func checkObjectName(name string) fault {
	const hint = "see https://docs.cloud.google.com/storage/docs/objects#naming"
	switch {
	case name == "":
		return fault{"got no object name after the bucket", "add one: gs://BUCKET/NAME"}
	case len(name) > 1024:
		return fault{"got an object name of " + strconv.Itoa(len(name)) + " bytes, want at most 1024", hint}
	case !isPlain(name):
		return fault{"got control characters or broken UTF-8 in an object name, want none", "take them out; " + hint}
	case name == "." || name == "..", strings.HasPrefix(name, ".well-known/acme-challenge/"):
		return fault{"got object name " + quote(name) + ", want one that Cloud Storage takes", hint}
	}
	return fault{}
}
