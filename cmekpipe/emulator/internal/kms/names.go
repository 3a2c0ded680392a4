package kms

import (
	"strings"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/location"
)

// The depth of names: the number of parts between slashes.
const (
	locationParts = 4
	ringParts     = 6
	keyParts      = 8
)

// ancestor returns the first parts of a name, "" if the name has fewer.
func ancestor(name string, parts int) string {
	split := strings.SplitN(name, "/", parts+1)
	if len(split) < parts {
		return ""
	}
	return strings.Join(split[:parts], "/")
}

// ringOf returns the key ring of a key.
func ringOf(key cmekpipe.KeyName) string { return ancestor(key.String(), ringParts) }

// checkLocation refuses a name that is not projects/P/locations/L with a location of Google Cloud.
func checkLocation(name string) error {
	// The parser of key names checks the parts before the key.
	k, err := cmekpipe.ParseKeyName(name + "/keyRings/r/cryptoKeys/k")
	if err != nil {
		return invalid("got name %q, want projects/PROJECT/locations/LOCATION", name)
	}
	// A location with the form of a region's name is accepted, because Google adds regions.
	if !location.Known(k.Location()) && !location.IsRegion(k.Location()) {
		return notFound("got location %q, want one where Cloud KMS is", k.Location())
	}
	return nil
}

// checkRing refuses a name that is not a key ring's.
func checkRing(name string) error {
	if _, err := cmekpipe.ParseKeyName(name + "/cryptoKeys/k"); err != nil {
		return invalid("got name %q, want projects/PROJECT/locations/LOCATION/keyRings/KEY_RING", name)
	}
	return nil
}

// parseKey refuses a name that is not a CryptoKey's.
func parseKey(name string) (cmekpipe.KeyName, error) {
	k, err := cmekpipe.ParseKeyName(name)
	if err != nil {
		return k, invalid("got name %q, want projects/PROJECT/locations/LOCATION/keyRings/KEY_RING/cryptoKeys/KEY", name)
	}
	return k, nil
}

// parseVersion refuses a name that is not a CryptoKeyVersion's.
func parseVersion(name string) (cmekpipe.KeyVersionName, error) {
	v, err := cmekpipe.ParseKeyVersionName(name)
	if err != nil {
		return v, invalid("got name %q, want a CryptoKey's name and /cryptoKeyVersions/N", name)
	}
	return v, nil
}
