// Package keycheck compares the keys that a service reports for a resource with the keys that the resource should have. It is
// the only place where a key that a service reports is compared: by the parts of its name, and with the name of a key version
// accepted for the name of its key, because services report either.
//
// The package links the standard library only. Why a service cannot use a key is for package diagnose to find out.
package keycheck

import (
	"cmp"
	"errors"
	"slices"
	"strings"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/explain"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/location"
)

// Compare returns "" if reported is the name of one of the wanted keys or of a version of one. Otherwise it returns KeyMissing,
// for the empty name, or KeyMismatch, and a sentence with what was got and what was wanted. A key that differs from a wanted one
// only in that its project is named by number is a mismatch too, because names cannot tell; see [ByNumber].
func Compare(want []cmekpipe.KeyName, reported string) (code cmekpipe.Code, cause string) {
	got, err := cmekpipe.ParseKeyOrVersion(reported)
	switch {
	case reported == "":
		code = cmekpipe.KeyMissing
	case err != nil || !slices.Contains(want, got):
		code = cmekpipe.KeyMismatch
	default:
		return "", ""
	}
	cause = "got " + described(reported) + ", want " + list(want)
	if ByNumber(want, reported) != "" {
		cause += " (one names its project by number, so they may be the same key)"
	}
	return code, cause
}

// ByNumber returns the project number that makes the name of a reported key differ from a wanted one, "" if they are equal or
// differ otherwise. What was created under such a key is not deleted: it may be under the right one.
func ByNumber(want []cmekpipe.KeyName, reported string) (number string) {
	got, err := cmekpipe.ParseKeyOrVersion(reported)
	if err != nil {
		return ""
	}
	for _, key := range want {
		if number = key.DiffersByNumber(got); number != "" {
			return number
		}
	}
	return ""
}

// SpellByID advises to name a key's project by id.
func SpellByID(number string) string {
	return "name the key as the service does, in the options and in the destinations; the id of project " + number +
		": gcloud projects describe " + number + " --format='value(projectId)'"
}

// Check returns an error unless the service reports at least one key for the resource and every reported key is one of the
// wanted ones. The error names every key that is not; its code is that of the first. op is the operation that it names.
func Check(op, resource string, want []cmekpipe.KeyName, reported ...string) error {
	if len(reported) == 0 {
		reported = []string{""}
	}
	var first cmekpipe.Code
	var wrong []string
	var number string
	for _, name := range reported {
		code, _ := Compare(want, name)
		if code == "" {
			continue
		}
		first, wrong, number = cmp.Or(first, code), append(wrong, name), cmp.Or(number, ByNumber(want, name))
	}
	if first == "" {
		return nil
	}
	e := Refusal(op, resource, want, first, "got "+described(wrong...)+", want "+list(want))
	if number != "" {
		e.Hint = SpellByID(number)
	}
	return e
}

// CheckAll returns an error unless the service reports every wanted key for the resource.
func CheckAll(op, resource string, want []cmekpipe.KeyName, reported ...string) error {
	for _, key := range want {
		uses := func(name string) bool {
			code, _ := Compare([]cmekpipe.KeyName{key}, name)
			return code == ""
		}
		if !slices.ContainsFunc(reported, uses) {
			return Refusal(op, resource, want, cmekpipe.KeyMismatch, "got only "+described(reported...)+", want "+key.String()+" too")
		}
	}
	return nil
}

// Refusal is the error of a comparison, with the remedy for the kind of resource.
func Refusal(op, resource string, want []cmekpipe.KeyName, code cmekpipe.Code, cause string) *cmekpipe.Error {
	return &cmekpipe.Error{Op: op, Code: code, Resource: resource, Hint: explain.SetKey(resource, want[0]), Err: errors.New(cause)}
}

// Location returns an error if the answer of package location is that the key cannot protect the resource because of where
// they are. A location that is only not known to fit is no error.
func Location(op, resource string, key cmekpipe.KeyName, answer location.Answer) error {
	if answer.Fit != location.Refused {
		return nil
	}
	return &cmekpipe.Error{Op: op, Code: cmekpipe.LocationMismatch, Resource: resource,
		Hint: explain.MoveKey(resource, key, answer.Want), Err: errors.New(answer.Why)}
}

// list names keys: "A or B".
func list(keys []cmekpipe.KeyName) string {
	text := make([]string, len(keys))
	for i, key := range keys {
		text[i] = key.String()
	}
	return strings.Join(text, " or ")
}

// described names reported keys in a sentence, each once. What is not the name of a key is not shown.
func described(reported ...string) string {
	var shown []string
	for _, name := range reported {
		text := "no Cloud KMS key"
		if key, err := cmekpipe.ParseKeyOrVersion(name); err == nil {
			text = "key " + key.String()
		} else if name != "" {
			text = "something that is not the name of a key"
		}
		if !slices.Contains(shown, text) {
			shown = append(shown, text)
		}
	}
	return strings.Join(shown, " and ")
}
