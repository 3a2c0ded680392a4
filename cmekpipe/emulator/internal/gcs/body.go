package gcs

import (
	"encoding/json"
	"io"
	"maps"
	"reflect"
	"slices"
	"strings"

	raw "google.golang.org/api/storage/v1"
)

// resourceBody decodes the resource in a call's body after check has checked the names of its fields. It returns the
// fields that the body names.
func (c *call) resourceBody(v any, check func(fields map[string]any) error) (map[string]any, error) {
	text, err := io.ReadAll(c.r.Body)
	if err != nil {
		return nil, parseError()
	}
	return decodeResource(text, v, check)
}

func decodeResource(text []byte, v any, check func(fields map[string]any) error) (map[string]any, error) {
	var fields map[string]any
	if err := decodeJSON(strings.NewReader(string(text)), &fields); err != nil {
		return nil, err
	}
	if err := check(fields); err != nil {
		return nil, err
	}
	return fields, decodeJSON(strings.NewReader(string(text)), v)
}

// checkBucketFields refuses settings of a bucket that the server would otherwise ignore. Settings that don't affect the
// calls that the server serves, such as website, logging, cors and rpo, are stored.
func checkBucketFields(fields map[string]any) error {
	if err := known[raw.Bucket]("bucket")(fields); err != nil {
		return err
	}
	on := func(name, flag string) bool {
		inner, _ := fields[name].(map[string]any)
		return inner[flag] == true || inner[flag] == "Enabled"
	}
	switch {
	case on("hierarchicalNamespace", "enabled"):
		return unservedSetting("hierarchicalNamespace")
	case on("billing", "requesterPays"):
		return unservedSetting("billing.requesterPays")
	case on("ipFilter", "mode"):
		return unservedSetting("ipFilter")
	}
	return nil
}

// checkObjectFields refuses fields of an object that the server would otherwise ignore.
func checkObjectFields(fields map[string]any) error { return known[raw.Object]("object")(fields) }

// known refuses fields that a resource doesn't have.
func known[T any](resource string) func(map[string]any) error {
	return func(fields map[string]any) error {
		return knownFields(resource, jsonNames(reflect.TypeFor[T]()), fields)
	}
}

func knownFields(resource string, names map[string]bool, fields map[string]any) error {
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		if !names[name] {
			return invalid("Unknown name %q: the %s resource has no such field.", name, resource)
		}
	}
	return nil
}

func jsonNames(t reflect.Type) map[string]bool {
	names := make(map[string]bool)
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		names[name] = true
	}
	delete(names, "-")
	return names
}

func unservedSetting(name string) error {
	return invalid("The loopback Cloud Storage has no bucket setting %s.", name)
}

// checkACLs refuses access controls other than those that the resource has. A client sends these back with the others.
func checkACLs(fields map[string]any, names map[string]any) error {
	for _, name := range slices.Sorted(maps.Keys(names)) {
		sent, found := fields[name]
		if !found || sent == nil || isEmptyList(sent) {
			continue
		}
		if have, err := plain(names[name]); err != nil || !reflect.DeepEqual(have, sent) {
			return invalid("The loopback Cloud Storage has no access control lists: got %s, want none or the resource's own.", name)
		}
	}
	return nil
}

func isEmptyList(v any) bool {
	list, ok := v.([]any)
	return ok && len(list) == 0
}

// plain returns a value as it is after it was sent.
func plain(v any) (decoded any, err error) {
	text, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return decoded, json.Unmarshal(text, &decoded)
}
