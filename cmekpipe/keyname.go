package cmekpipe

// KeyName is the name of a Cloud KMS CryptoKey:
//
//	projects/PROJECT/locations/LOCATION/keyRings/KEY_RING/cryptoKeys/KEY
//
// It is comparable: two names are equal if all their parts are equal. The zero KeyName names no key; [KeyName.Valid]
// returns false for it. Use [Key] if the location is known when the program is written, and KeyName if it comes from a
// flag or a file.
//
// The project may be an id or a number, and the two are different names: "projects/bank-keys/…" is not equal to
// "projects/123456789012/…", although both may name the same key, because only a call to Google Cloud could tell. Use
// the same form everywhere, preferably the id. This command prints the id for a number:
//
//	gcloud projects describe 123456789012 --format='value(projectId)'
type KeyName struct {
	name string
	// The offsets in name at which the first three ids end; the text between the ids is fixed.
	projectEnd, locationEnd, ringEnd int
}

// The fixed parts of a key's name.
const (
	projectsPart  = "projects/"
	locationsPart = "/locations/"
	ringsPart     = "/keyRings/"
	keysPart      = "/cryptoKeys/"
	versionsPart  = "/cryptoKeyVersions/"

	keyNameForm = "use projects/PROJECT/locations/LOCATION/keyRings/KEY_RING/cryptoKeys/KEY"
)

// ParseKeyName parses the full name of a CryptoKey. Letter case is significant, as in Cloud KMS. It returns an [Error]
// with code [InvalidName] for short names, key versions, other resources, white space, control characters and locations
// in upper case. If the text contains a key's name in another form, such as a URL, the hint is the name to write. The
// rules are those of https://docs.cloud.google.com/kms/docs/getting-resource-ids.
func ParseKeyName(name string) (KeyName, error) {
	k, f := splitKeyName(name)
	if f.reason != "" {
		return KeyName{}, f.error("cmekpipe.ParseKeyName", name)
	}
	return k, nil
}

// String returns the full name; "" for the zero KeyName.
func (k KeyName) String() string { return k.name }

// Valid reports whether k names a key: it is false for the zero KeyName only.
func (k KeyName) Valid() bool { return k.name != "" }

// Project returns the id or number of the project that owns the key. An id may be domain-scoped: "example.com:proj".
func (k KeyName) Project() string { return k.part(len(projectsPart), k.projectEnd) }

// Location returns the Cloud KMS location of the key, in lower case: "us-central1", "europe", "global".
func (k KeyName) Location() string { return k.part(k.projectEnd+len(locationsPart), k.locationEnd) }

// KeyRing returns the short name of the key ring.
func (k KeyName) KeyRing() string { return k.part(k.locationEnd+len(ringsPart), k.ringEnd) }

// ID returns the short name of the key.
func (k KeyName) ID() string { return k.part(k.ringEnd+len(keysPart), len(k.name)) }

// DiffersByNumber returns a project number if k and other differ in nothing but their project, which one of the two names by
// that number and the other by an id; "" for any other two keys. Both may be the same key, which their names cannot tell.
func (k KeyName) DiffersByNumber(other KeyName) (number string) {
	if !k.Valid() || !other.Valid() || k.name[k.projectEnd:] != other.name[other.projectEnd:] {
		return ""
	}
	switch byNumber, otherByNumber := isAll(k.Project(), isDigit), isAll(other.Project(), isDigit); {
	case byNumber && !otherByNumber:
		return k.Project()
	case otherByNumber && !byNumber:
		return other.Project()
	}
	return ""
}

// MarshalText returns the name, for JSON and flags.
func (k KeyName) MarshalText() ([]byte, error) { return []byte(k.name), nil }

// UnmarshalText parses as [ParseKeyName] does. The empty text gives the zero KeyName, so that a struct with an unset key
// can be marshalled and unmarshalled; every function that needs a key refuses the zero one.
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
