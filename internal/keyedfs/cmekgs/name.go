// Package cmekgs formats and parses the file names of this module's Beam filesystem: a Cloud Storage object together with
// the key that encrypts it, in one string that Beam's own connectors carry to workers as it is.
//
//	cmekgs://PROJECT/LOCATION/KEY_RING/KEY/BUCKET/OBJECT
//
// PROJECT to KEY are the parts of the key's name. OBJECT is everything after the bucket, unescaped: slashes, "?", "#", "%"
// and spaces have no special meaning. [Parse] and [Format] are inverse to each other.
//
// The package links the standard library only, so that guard can judge names without a storage client.
package cmekgs

import (
	"errors"
	"strconv"
	"strings"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// Scheme is the scheme of the names, without "://".
const Scheme = "cmekgs"

const (
	prefix = Scheme + "://"
	form   = "use " + prefix + "PROJECT/LOCATION/KEY_RING/KEY/BUCKET/OBJECT"
)

// Parse returns the object and key in a name. A name that breaks a rule of Cloud KMS or Cloud Storage is a
// [*cmekpipe.Error] with code InvalidName.
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

// invalid returns an error about the whole name, with the reason why a part of it is wrong.
func invalid(name string, err error) *cmekpipe.Error {
	if e, ok := errors.AsType[*cmekpipe.Error](err); ok && e.Err != nil {
		err = e.Err
	}
	return &cmekpipe.Error{Op: "cmekgs.Parse", Code: cmekpipe.InvalidName, Resource: name, Hint: form, Err: err}
}
