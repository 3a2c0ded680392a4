// Package keynames tidies the names of keys that a service reports for a resource, for the packages of internal/clients.
package keynames

import (
	"slices"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// Distinct replaces names of key versions by those of their keys and returns each name once. A name of any other form stays
// as it is.
func Distinct(names []string) []string {
	var keys []string
	for _, name := range names {
		if key, err := cmekpipe.ParseKeyOrVersion(name); err == nil {
			name = key.String()
		}
		if !slices.Contains(keys, name) {
			keys = append(keys, name)
		}
	}
	return keys
}
