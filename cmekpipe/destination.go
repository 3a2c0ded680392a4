package cmekpipe

import (
	"errors"
	"strings"
)

// noKey is the refusal of a destination whose key is the zero value.
func noKey(op, resource string) *Error {
	return &Error{Op: op, Code: KeyMissing, Resource: clip(resource, 2000),
		Hint: "parse the key first: cmekpipe.ParseKeyName",
		Err:  errors.New("got the zero key, want one that was parsed")}
}

// marshalDestination writes "key name", and nothing for the zero destination: a struct that holds one travels whole,
// and whatever takes a destination refuses the zero one.
func marshalDestination(key KeyName, name string) []byte {
	if !key.Valid() {
		return []byte{}
	}
	return []byte(key.String() + " " + name)
}

// unmarshalDestination parses "key name" and lets the key mint the destination, so that text that came over a wire is
// held to the same rules as text that was typed.
func unmarshalDestination[D any](text []byte, mint func(KeyName, string) (D, error)) (D, error) {
	var zero D
	if len(text) == 0 {
		return zero, nil
	}
	key, name, _ := strings.Cut(string(text), " ")
	k, err := ParseKeyName(key)
	if err != nil {
		return zero, err
	}
	return mint(k, name)
}
