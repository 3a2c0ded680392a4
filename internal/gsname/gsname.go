// Package gsname turns names of Cloud Storage objects into names that Beam's gs:// filesystem reads as these objects, and
// back.
//
// That filesystem takes gs://BUCKET/OBJECT for a URL, but lists objects by their plain names. So an object whose name
// holds "?", "#" or "%" is listed under a name that stands for another object, which is then read in its place if there
// is one, and a pattern loses all from its first "?" on. A name in which these are percent-encoded is read right.
package gsname

import (
	"net/url"
	"strings"
)

// Scheme is what stands in front of the names of Beam's filesystem.
const Scheme = "gs://"

const hex = "0123456789ABCDEF"

// Encode returns the name under which Beam opens the object of a plain name, gs://BUCKET/OBJECT. Names of other
// filesystems, and those that hold nothing special, come back as they are.
func Encode(name string) string { return encode(name, "?#%") }

// EncodePattern is [Encode] for a pattern that somebody wrote for Beam's filesystem: "?" stands for one character, and "%"
// begins an encoded one, as it always did there.
func EncodePattern(pattern string) string { return encode(pattern, "?#") }

// Decode returns the plain name of an object, given one by [Encode].
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
