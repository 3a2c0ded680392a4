package cmekpipe_test

import (
	"strings"
	"testing"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

var goodVersionNames = []struct {
	name   string
	number int64
}{
	{goodKey + "/cryptoKeyVersions/1", 1},
	{goodKey + "/cryptoKeyVersions/9223372036854775807", 1<<63 - 1},
	{"projects/example.com:proj/locations/us/keyRings/r/cryptoKeys/k/cryptoKeyVersions/42", 42},
}

var badVersionNames = []refusal{
	{"empty", "", "got no key version"},
	{"key", goodKey, "got no key version"},
	{"version 0", goodKey + "/cryptoKeyVersions/0", `got version "0", want a whole number, at least 1`},
	{"no number", goodKey + "/cryptoKeyVersions/", `got version ""`},
	{"negative", goodKey + "/cryptoKeyVersions/-1", `got version "-1"`},
	{"plus sign", goodKey + "/cryptoKeyVersions/+1", `got version "+1"`},
	{"leading zero", goodKey + "/cryptoKeyVersions/01", `got version "01"`},
	{"too big", goodKey + "/cryptoKeyVersions/9223372036854775808", "got version"},
	{"word", goodKey + "/cryptoKeyVersions/primary", `got version "primary"`},
	{"newline", goodKey + "/cryptoKeyVersions/1\n", `got version "1\n"`},
	{"trailing slash", goodKey + "/cryptoKeyVersions/1/", `got version "1/"`},
	{"twice", goodKey + "/cryptoKeyVersions/1/cryptoKeyVersions/2", "got version"},
	{"bad key", "projects/x/cryptoKeyVersions/1", "got project"},
	{"no key", "/cryptoKeyVersions/1", "got no key name"},
}

func TestParseKeyVersionNameAcceptsFullNames(t *testing.T) {
	for _, tt := range goodVersionNames {
		t.Run(tt.name, func(t *testing.T) {
			v, err := cmekpipe.ParseKeyVersionName(tt.name)
			if err != nil {
				t.Fatal(err)
			}
			key, _, _ := strings.Cut(tt.name, "/cryptoKeyVersions/")
			if !v.Valid() || v.String() != tt.name || v.Number() != tt.number || v.KeyName().String() != key {
				t.Errorf("got %q, number %d of %q, want %q", v, v.Number(), v.KeyName(), tt.name)
			}
			if got := v.KeyName().Version(tt.number); got != v {
				t.Errorf("Version: got %q, want %q", got, v)
			}
		})
	}
}

func TestParseKeyVersionNameRefuses(t *testing.T) {
	for _, tt := range badVersionNames {
		t.Run(tt.name, func(t *testing.T) {
			v, err := cmekpipe.ParseKeyVersionName(tt.text)
			if v != (cmekpipe.KeyVersionName{}) {
				t.Errorf("got %q, want the zero value", v)
			}
			checkRefusal(t, err, "cmekpipe.ParseKeyVersionName", cmekpipe.InvalidName, tt.text, tt.reason)
		})
	}
}

func TestParseKeyOrVersionAcceptsKeysAndVersions(t *testing.T) {
	want := mustKeyName(t)
	for _, name := range []string{goodKey, goodKey + "/cryptoKeyVersions/3"} {
		if got, err := cmekpipe.ParseKeyOrVersion(name); err != nil || got != want {
			t.Errorf("ParseKeyOrVersion(%q): got %v and %v, want %v", name, got, err, want)
		}
	}
	if got, err := cmekpipe.ParseKeyOrVersion(goodKey + "2/cryptoKeyVersions/3"); err != nil || got == want {
		t.Errorf("got %v and %v for a key whose name goes on, want another key", got, err)
	}
}

func TestParseKeyOrVersionRefuses(t *testing.T) {
	for _, tt := range []refusal{
		{"empty", "", "got no key name"},
		{"short", "k", `want "projects/" there`},
		{"bad version", goodKey + "/cryptoKeyVersions/x", `got version "x"`},
		{"trailing slash", goodKey + "/", "after the key's id"},
		{"newline", goodKey + "\n", "white space"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			k, err := cmekpipe.ParseKeyOrVersion(tt.text)
			if k != (cmekpipe.KeyName{}) {
				t.Errorf("got %q, want the zero KeyName", k)
			}
			checkRefusal(t, err, "cmekpipe.ParseKeyOrVersion", cmekpipe.InvalidName, tt.text, tt.reason)
		})
	}
}

func TestVersionThatCannotBeIsZero(t *testing.T) {
	var zero cmekpipe.KeyVersionName
	if zero.Valid() || zero.String() != "" || zero.KeyName().Valid() || zero.Number() != 0 {
		t.Errorf("got %#v, want nothing in it", zero)
	}
	for _, v := range []cmekpipe.KeyVersionName{
		mustKeyName(t).Version(0), mustKeyName(t).Version(-1), cmekpipe.KeyName{}.Version(1),
	} {
		if v != zero {
			t.Errorf("got %#v, want the zero value", v)
		}
	}
}

func FuzzParseKeyVersionName(f *testing.F) {
	for _, tt := range goodVersionNames {
		f.Add(tt.name)
	}
	for _, tt := range badVersionNames {
		f.Add(tt.text)
	}
	f.Fuzz(func(t *testing.T, name string) {
		v, err := cmekpipe.ParseKeyVersionName(name)
		if err != nil {
			checkFuzzed(t, v.Valid(), err)
			return
		}
		if v.String() != name || v.KeyName().Version(v.Number()) != v {
			t.Errorf("got %q, want %q", v, name)
		}
		checkTextRoundTrip(t, v)
	})
}

func FuzzParseKeyOrVersion(f *testing.F) {
	for _, tt := range goodKeyNames {
		f.Add(tt.name)
	}
	for _, tt := range goodVersionNames {
		f.Add(tt.name)
	}
	for _, tt := range append(badKeyNames, badVersionNames...) {
		f.Add(tt.text)
	}
	f.Fuzz(func(t *testing.T, name string) {
		k, err := cmekpipe.ParseKeyOrVersion(name)
		if err != nil {
			checkFuzzed(t, k.Valid(), err)
			return
		}
		key, keyErr := cmekpipe.ParseKeyName(name)
		version, versionErr := cmekpipe.ParseKeyVersionName(name)
		if (keyErr == nil) == (versionErr == nil) || k != key && k != version.KeyName() {
			t.Errorf("got %q, want the key or the key of the version that %q names", k, name)
		}
	})
}
