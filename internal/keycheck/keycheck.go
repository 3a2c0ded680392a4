// Package keycheck compares the key that a service reports with the key that was asked for.
package keycheck

import (
	"errors"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// Compare compares the key that a service reports for a resource with the wanted one, part by part, and returns nil if
// they are the same. op is the operation that the error names.
func Compare(op, resource, reported string, want cmekpipe.KeyName) *cmekpipe.Error {
	e := &cmekpipe.Error{Op: op, Resource: resource,
		Hint: "look who changed it: " + resource + " was asked to rest under " + want.String()}
	if reported == "" {
		e.Code, e.Err = cmekpipe.KeyMissing, errors.New("got no key, want "+want.String())
		return e
	}
	got, err := cmekpipe.ParseKeyOrVersion(reported)
	if err == nil && got == want {
		return nil
	}
	e.Code, e.Err = cmekpipe.KeyMismatch, errors.New("got key "+got.String()+", want "+want.String())
	if err != nil {
		e.Err = errors.New("got something that is no key's name, want " + want.String())
	}
	return e
}
