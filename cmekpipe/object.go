package cmekpipe

// Object is a Cloud Storage object and the key that encrypts it. Connectors that write several objects use its name as
// the prefix of theirs. It is comparable; the zero Object names nothing and connectors refuse it.
type Object struct {
	key          KeyName
	bucket, name string
}

// Object returns the object at a URL "gs://bucket/object" as a destination encrypted with k. It accepts every object
// name that Cloud Storage accepts, up to 1024 bytes of UTF-8 and not "." or "..", except names with control characters:
// the service refuses line breaks too, and the others break tools that list objects.
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

// MustObject is [KeyName.Object] for a literal: it panics with the error if the name is invalid.
func (k KeyName) MustObject(url literalElseCallWithoutMust) Object {
	return must(k.Object(string(url)))
}

// Key returns the key that encrypts the object.
func (o Object) Key() KeyName { return o.key }

// Bucket returns the bucket's name.
func (o Object) Bucket() string { return o.bucket }

// Name returns the object's name inside the bucket.
func (o Object) Name() string { return o.name }

// Valid reports whether o was created from a key: it is false for the zero Object only.
func (o Object) Valid() bool { return o.key.Valid() }

// String returns the URL "gs://bucket/object"; "" for the zero Object.
func (o Object) String() string {
	if !o.Valid() {
		return ""
	}
	return "gs://" + o.bucket + "/" + o.name
}

// MarshalText returns the key's name, a space and the URL. Beam sends it to workers in this form.
func (o Object) MarshalText() ([]byte, error) { return marshalDestination(o.key, o.String()), nil }

// UnmarshalText parses the output of MarshalText, as strictly as [KeyName.Object].
func (o *Object) UnmarshalText(text []byte) (err error) {
	*o, err = unmarshalDestination(text, KeyName.Object)
	return err
}
