// Package cmekgs is the names of this module's Beam filesystem: a Cloud Storage object together with the key that it
// rests under, in one string that Beam's own connectors carry to workers unread.
//
//	cmekgs://PROJECT/LOCATION/KEY_RING/KEY/BUCKET/OBJECT
//
// PROJECT to KEY are the parts of the key's name. OBJECT is all that follows the bucket, as it is: slashes, "?", "#",
// "%" and blanks mean nothing and nothing is escaped. [Parse] and [Format] are each other's inverse.
package cmekgs

import (
	"errors"
	"strconv"
	"strings"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// Scheme is what stands in front of "://" in a name.
const Scheme = "cmekgs"

const (
	prefix = Scheme + "://"
	form   = "use " + prefix + "PROJECT/LOCATION/KEY_RING/KEY/BUCKET/OBJECT"
)

// Parse returns the object and key that a name holds. A name that breaks a rule of Cloud KMS or Cloud Storage is an
// [cmekpipe.Error] with code InvalidName.
func Parse(name string) (cmekpipe.Object, error) {
	rest, found := strings.CutPrefix(name, prefix)
	if !found {
		return cmekpipe.Object{}, invalid(name, errors.New("got no "+strconv.Quote(prefix)+" in front"))
	}
	parts := strings.SplitN(rest, "/", 6)
	if len(parts) < 6 {
		return cmekpipe.Object{}, invalid(name, errors.New("got "+strconv.Itoa(len(parts))+" parts, want 6"))
	}
	key, err := cmekpipe.ParseKeyName("projects/" + parts[0] + "/locations/" + parts[1] +
		"/keyRings/" + parts[2] + "/cryptoKeys/" + parts[3])
	if err != nil {
		return cmekpipe.Object{}, invalid(name, err)
	}
	object, err := key.Object("gs://" + parts[4] + "/" + parts[5])
	if err != nil {
		return cmekpipe.Object{}, invalid(name, err)
	}
	return object, nil
}

// Format returns the name of an object and its key; "" for the zero Object.
func Format(o cmekpipe.Object) string {
	if !o.Valid() {
		return ""
	}
	k := o.Key()
	return prefix + strings.Join([]string{k.Project(), k.Location(), k.KeyRing(), k.ID(), o.Bucket(), o.Name()}, "/")
}

// invalid keeps the reason of the part that is wrong and names the whole.
func invalid(name string, err error) *cmekpipe.Error {
	if e, ok := errors.AsType[*cmekpipe.Error](err); ok && e.Err != nil {
		err = e.Err
	}
	return &cmekpipe.Error{Op: "cmekgs.Parse", Code: cmekpipe.InvalidName, Resource: name, Hint: form, Err: err}
}
