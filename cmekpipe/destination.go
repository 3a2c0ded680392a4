package cmekpipe

import (
	"errors"
	"strings"
)

// noKey returns the error for a destination whose key is the zero value.
func noKey(op, resource string) *Error {
	return &Error{Op: op, Code: KeyMissing, Resource: clip(resource, 2000),
		Hint: "parse the key first, with cmekpipe.ParseKey or cmekpipe.ParseKeyName",
		Err:  errors.New("got the zero key, want one that was parsed")}
}

// marshalDestination returns "key name", and the empty text for the zero destination, so that a struct with an unset
// destination can be marshalled; every function that needs a destination refuses the zero one.
func marshalDestination(key KeyName, name string) []byte {
	if !key.Valid() {
		return []byte{}
	}
	return []byte(key.String() + " " + name)
}

// unmarshalDestination parses "key name" and creates the destination from the key, so that text from a network follows
// the same rules as text that was typed.
func unmarshalDestination[D any](text []byte, create func(KeyName, string) (D, error)) (D, error) {
	var zero D
	if len(text) == 0 {
		return zero, nil
	}
	key, name, _ := strings.Cut(string(text), " ")
	k, err := ParseKeyName(key)
	if err != nil {
		return zero, err
	}
	return create(k, name)
}
