package keyedgcs

import (
	"crypto/rand"
	"strings"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// TempPrefix begins the name of a folder of temporary objects. An id follows, see [NewID].
const TempPrefix = ".cmekpipe-temp-"

// IDLength is the length of an id.
const IDLength = 26

// NewID returns a random id that no other attempt has drawn or can guess.
func NewID() string { return strings.ToLower(rand.Text()) }

// Sibling returns another object of the same bucket, to be encrypted with the same key.
func Sibling(o cmekpipe.Object, name string) (cmekpipe.Object, error) {
	return o.Key().Object("gs://" + o.Bucket() + "/" + name)
}

// TempFolder returns the folder of a temporary object, with a slash at its end, if that is a folder of temporary objects in
// parent, which is "" or ends in a slash. It reports false for any other name: what is in such folders gets deleted.
func TempFolder(parent, name string) (folder string, ok bool) {
	rest, ok := strings.CutPrefix(name, parent+TempPrefix)
	id, object, _ := strings.Cut(rest, "/")
	return parent + TempPrefix + id + "/", ok && id != "" && object != "" && !strings.Contains(object, "/")
}
