package cmekpipe

import "strings"

// KeyName is the name of a Cloud KMS CryptoKey:
//
//	projects/PROJECT/locations/LOCATION/keyRings/KEY_RING/cryptoKeys/KEY
//
// It is comparable: two names are equal when all their parts are, so that key "k" is never taken for "k2". The zero
// KeyName names nothing and [KeyName.Valid] reports so. Use [Key] where the location is known when the program is
// written, KeyName where it comes from a flag or a file.
type KeyName struct {
	name string
	// The offsets in name at which each of the four ids ends; what lies between them is fixed.
	projectEnd, locationEnd, ringEnd int
}

// The parts of a key's name that never vary.
const (
	projectsPart  = "projects/"
	locationsPart = "/locations/"
	ringsPart     = "/keyRings/"
	keysPart      = "/cryptoKeys/"
	versionsPart  = "/cryptoKeyVersions/"

	keyNameForm = "use projects/PROJECT/locations/LOCATION/keyRings/KEY_RING/cryptoKeys/KEY"
)

// ParseKeyName parses the full name of a CryptoKey. Letter case is significant, as in Cloud KMS. It refuses short
// names, key versions, other resources, white space, control characters and locations in upper case, each with a
// hint, in an [Error] with code [InvalidName]. The rules are those of
// https://docs.cloud.google.com/kms/docs/getting-resource-ids.
func ParseKeyName(name string) (KeyName, error) {
	k, f := splitKeyName(name)
	if f.reason != "" {
		return KeyName{}, f.error("cmekpipe.ParseKeyName", name)
	}
	return k, nil
}

// String returns the name as it was parsed; "" for the zero KeyName.
func (k KeyName) String() string { return k.name }

// Valid reports whether k came out of a parser.
func (k KeyName) Valid() bool { return k.name != "" }

// Project returns the id or number of the project that owns the key. An id may be domain-scoped: "example.com:proj".
func (k KeyName) Project() string { return k.part(len(projectsPart), k.projectEnd) }

// Location returns the Cloud KMS location of the key, in lower case: "us-central1", "europe", "global".
func (k KeyName) Location() string { return k.part(k.projectEnd+len(locationsPart), k.locationEnd) }

// KeyRing returns the short name of the key ring.
func (k KeyName) KeyRing() string { return k.part(k.locationEnd+len(ringsPart), k.ringEnd) }

// ID returns the short name of the key.
func (k KeyName) ID() string { return k.part(k.ringEnd+len(keysPart), len(k.name)) }

// MarshalText returns the name, for JSON and flags.
func (k KeyName) MarshalText() ([]byte, error) { return []byte(k.name), nil }

// UnmarshalText parses as [ParseKeyName] does. The empty text is the zero KeyName, so that a struct with a key in it
// travels whole; whatever takes a key refuses the zero one.
func (k *KeyName) UnmarshalText(text []byte) (err error) {
	*k, err = unmarshalName(text, ParseKeyName)
	return err
}

func unmarshalName[N any](text []byte, parse func(string) (N, error)) (N, error) {
	if len(text) == 0 {
		var zero N
		return zero, nil
	}
	return parse(string(text))
}

func (k KeyName) part(from, to int) string {
	if !k.Valid() {
		return ""
	}
	return k.name[from:to]
}

// splitKeyName finds the parts of a name, or says why it is none. It never allocates for a good name.
func splitKeyName(name string) (KeyName, fault) {
	k, f := cutKeyName(name)
	if f.reason != "" {
		return KeyName{}, f.or(keyNameForm)
	}
	return k, fault{}
}

func cutKeyName(name string) (KeyName, fault) {
	if name == "" {
		return KeyName{}, fault{reason: "got no key name"}
	}
	if strings.TrimSpace(name) != name {
		return KeyName{}, fault{"got white space around the name, want none", "cut it"}
	}
	k := KeyName{name: name}
	rest := name
	if f := cutPart(&rest, projectsPart, checkKeyProject); f.reason != "" {
		return k, f
	}
	k.projectEnd = len(name) - len(rest)
	if f := cutPart(&rest, locationsPart, checkLocation); f.reason != "" {
		return k, f
	}
	k.locationEnd = len(name) - len(rest)
	if f := cutPart(&rest, ringsPart, checkKeyID); f.reason != "" {
		return k, f
	}
	k.ringEnd = len(name) - len(rest)
	if f := cutPart(&rest, keysPart, checkKeyID); f.reason != "" {
		return k, f
	}
	return k, checkKeyNameEnd(rest)
}

func checkKeyProject(id string) fault { return fault{reason: checkProject(id)} }

// cutPart takes a fixed part and the id behind it off the front of rest.
func cutPart(rest *string, fixed string, check func(string) fault) fault {
	after, found := strings.CutPrefix(*rest, fixed)
	if !found {
		return fault{reason: "got " + describe(*rest) + ", want " + quote(fixed) + " there"}
	}
	id := after
	if i := strings.IndexByte(after, '/'); i >= 0 {
		id = after[:i]
	}
	*rest = after[len(id):]
	return check(id)
}

// checkKeyNameEnd says what is wrong with text behind a complete name.
func checkKeyNameEnd(rest string) fault {
	switch {
	case rest == "":
		return fault{}
	case strings.HasPrefix(rest, versionsPart):
		return fault{"got a key version, want a key",
			"cut " + quote(rest) + ": Google Cloud picks the key's primary version itself"}
	}
	return fault{"got " + quote(rest) + " behind the key's id, want nothing", "cut it; " + keyNameForm}
}
