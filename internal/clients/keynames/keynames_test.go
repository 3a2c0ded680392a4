package keynames_test

import (
	"slices"
	"testing"

	"github.com/cmekpipe/cmekpipe-go/internal/clients/keynames"
)

func TestDistinct(t *testing.T) {
	const a = "projects/bank-keys/locations/us-central1/keyRings/r/cryptoKeys/a"
	const b = "projects/bank-keys/locations/us-central1/keyRings/r/cryptoKeys/b"
	for _, tt := range []struct{ names, want []string }{
		{nil, nil},
		{[]string{a}, []string{a}},
		{[]string{a, a + "/cryptoKeyVersions/1", b + "/cryptoKeyVersions/7", a + "/cryptoKeyVersions/2"}, []string{a, b}},
		{[]string{"", a, ""}, []string{"", a}},
		{[]string{"no key", a + "/cryptoKeyVersions/x"}, []string{"no key", a + "/cryptoKeyVersions/x"}},
	} {
		if got := keynames.Distinct(tt.names); !slices.Equal(got, tt.want) {
			t.Errorf("Distinct(%q): got %q, want %q", tt.names, got, tt.want)
		}
	}
}
