// Package gsurl splits and joins gs:// URLs, matches patterns of object names, and percent-encodes object names for Beam's
// gs:// filesystem.
//
// That filesystem parses gs://BUCKET/OBJECT as a URL but lists objects by their plain names. An object whose name contains
// "?", "#" or "%" is therefore listed under a name that means another object, and a pattern ends at its first "?". With
// these characters encoded, Beam opens the right object.
package gsurl

import (
	"net/url"
	"strings"
)

// Scheme begins the names of Beam's filesystem.
const Scheme = "gs://"

// Join returns the URL of an object, or of a folder.
func Join(bucket, name string) string { return Scheme + bucket + "/" + name }

// Split splits the URL of an object, a folder or a bucket that was checked before; the name may be "". Both results are ""
// if url is not a gs:// URL.
func Split(url string) (bucket, name string) {
	rest, found := strings.CutPrefix(url, Scheme)
	if !found {
		return "", ""
	}
	bucket, name, _ = strings.Cut(rest, "/")
	return bucket, name
}

const hex = "0123456789ABCDEF"

// Encode returns the name with which Beam opens the object gs://BUCKET/OBJECT. Names of other filesystems, and names
// without special characters, are returned unchanged.
func Encode(name string) string { return encode(name, "?#%") }

// EncodePattern is [Encode] for a pattern written for Beam's filesystem: "?" matches one character, and "%" begins an
// encoded one.
func EncodePattern(pattern string) string { return encode(pattern, "?#") }

// Decode returns the plain name of an object from a name that [Encode] returned.
func Decode(name string) string {
	object, found := strings.CutPrefix(name, Scheme)
	if !found {
		return name
	}
	plain, err := url.PathUnescape(object)
	if err != nil {
		return name
	}
	return Scheme + plain
}

func encode(name, special string) string {
	if !strings.HasPrefix(name, Scheme) {
		return name
	}
	var b strings.Builder
	for i := range len(name) {
		c := name[i]
		if c >= ' ' && c != 0x7f && strings.IndexByte(special, c) < 0 {
			b.WriteByte(c)
			continue
		}
		b.Write([]byte{'%', hex[c>>4], hex[c&15]})
	}
	return b.String()
}
