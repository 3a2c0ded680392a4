package cmekpipe

import (
	"strconv"
	"strings"
)

// KeyVersionName is the name of a CryptoKeyVersion: a [KeyName] followed by /cryptoKeyVersions/N. Google's services
// report it for encrypted resources and do not accept it as a key. It is comparable; the zero value names no version.
type KeyVersionName struct {
	key     KeyName
	version int64
}

// ParseKeyVersionName parses the full name of a CryptoKeyVersion. The version is a whole number, at least 1.
func ParseKeyVersionName(name string) (KeyVersionName, error) {
	v, f := splitKeyVersionName(name)
	if f.reason != "" {
		return KeyVersionName{}, f.error("cmekpipe.ParseKeyVersionName", name)
	}
	return v, nil
}

// ParseKeyOrVersion returns the key of a name that may be a key's or a key version's: services report either. Compare
// the results with ==; do not compare names by prefix.
func ParseKeyOrVersion(name string) (KeyName, error) {
	k, f := splitKeyOrVersion(name)
	if f.reason != "" {
		return KeyName{}, f.error("cmekpipe.ParseKeyOrVersion", name)
	}
	return k, nil
}

func splitKeyOrVersion(name string) (KeyName, fault) {
	if !strings.Contains(name, versionsPart) {
		return splitKeyName(name)
	}
	v, f := splitKeyVersionName(name)
	return v.key, f
}

func splitKeyVersionName(name string) (KeyVersionName, fault) {
	key, version, found := strings.Cut(name, versionsPart)
	if !found {
		return KeyVersionName{}, fault{"got no key version, want one after the key", "add " + versionsPart + "N, such as " + versionsPart + "1"}
	}
	k, f := splitKeyName(key)
	if f.reason != "" {
		if fixed := correctKeyName(key); fixed != "" {
			f.hint = "write " + fixed + versionsPart + version
		}
		return KeyVersionName{}, f
	}
	n, err := strconv.ParseInt(version, 10, 64)
	if err != nil || n < 1 || strconv.FormatInt(n, 10) != version {
		return KeyVersionName{}, fault{"got version " + quote(version) + ", want a whole number, at least 1",
			"list the versions: gcloud kms keys versions list --key=" + k.ID() + " --keyring=" + k.KeyRing() +
				" --location=" + k.Location() + " --project=" + k.Project()}
	}
	return KeyVersionName{key: k, version: n}, fault{}
}

// Version returns the name of the key's version n. It returns the zero KeyVersionName if n is less than 1 or k is
// not valid.
func (k KeyName) Version(n int64) KeyVersionName {
	if n < 1 || !k.Valid() {
		return KeyVersionName{}
	}
	return KeyVersionName{key: k, version: n}
}

// String returns the full name; "" for the zero value.
func (v KeyVersionName) String() string {
	if !v.Valid() {
		return ""
	}
	return v.key.name + versionsPart + strconv.FormatInt(v.version, 10)
}

// Valid reports whether v names a version.
func (v KeyVersionName) Valid() bool { return v.version > 0 }

// KeyName returns the key that the version belongs to.
func (v KeyVersionName) KeyName() KeyName { return v.key }

// Number returns N in /cryptoKeyVersions/N.
func (v KeyVersionName) Number() int64 { return v.version }

// MarshalText returns the name, for JSON.
func (v KeyVersionName) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

// UnmarshalText parses as [ParseKeyVersionName] does. The empty text gives the zero value.
func (v *KeyVersionName) UnmarshalText(text []byte) (err error) {
	*v, err = unmarshalName(text, ParseKeyVersionName)
	return err
}
