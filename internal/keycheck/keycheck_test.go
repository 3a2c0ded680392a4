package keycheck_test

import (
	"strings"
	"testing"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/keycheck"
)

const ring = "projects/bank-keys/locations/us-central1/keyRings/dataflow/cryptoKeys/"

func TestCompare(t *testing.T) {
	want, err := cmekpipe.ParseKeyName(ring + "k")
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name, reported string
		code           cmekpipe.Code
		says           string
	}{
		{"the key", ring + "k", "", ""},
		{"a version of it", ring + "k/cryptoKeyVersions/3", "", ""},
		{"none", "", cmekpipe.KeyMissing, "got no key"},
		{"one whose name begins alike", ring + "k2", cmekpipe.KeyMismatch, ring + "k2"},
		{"one of another project", strings.Replace(ring, "bank", "other", 1) + "k", cmekpipe.KeyMismatch, "projects/other-keys/"},
		{"something else", "user data", cmekpipe.KeyMismatch, "no key's name"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			e := keycheck.Compare("test", "gs://bank-out/a", tc.reported, want)
			if tc.code == "" {
				if e != nil {
					t.Errorf("got error %v, want none", e)
				}
				return
			}
			if e == nil || e.Code != tc.code || e.Resource != "gs://bank-out/a" || e.Hint == "" {
				t.Fatalf("got error %v, want code %q for the resource, with a hint", e, tc.code)
			}
			if text := e.Error(); !strings.Contains(text, tc.says) || !strings.Contains(text, want.String()) || strings.Contains(text, "user data") {
				t.Errorf("got %q, want it to say %q and the wanted key, and not what is no key's name", text, tc.says)
			}
		})
	}
}
