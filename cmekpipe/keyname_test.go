package cmekpipe_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

var goodKeyNames = []struct{ name, project, location, ring, id string }{
	{goodKey, "bank-keys", "us-central1", "dataflow", "pipelines"},
	{"projects/123456789012/locations/global/keyRings/r/cryptoKeys/k", "123456789012", "global", "r", "k"},
	{"projects/example.com:proj/locations/europe/keyRings/R_1-x/cryptoKeys/K_2-y", "example.com:proj", "europe", "R_1-x", "K_2-y"},
	{"projects/eu0:proj/locations/u-germany-northeast1/keyRings/r/cryptoKeys/k", "eu0:proj", "u-germany-northeast1", "r", "k"},
	{"projects/s3ns:proj/locations/u-france-east1/keyRings/r/cryptoKeys/k", "s3ns:proj", "u-france-east1", "r", "k"},
	{"projects/abcdef/locations/nam-eur-asia1/keyRings/" + strings.Repeat("r", 63) + "/cryptoKeys/" + strings.Repeat("k", 63),
		"abcdef", "nam-eur-asia1", strings.Repeat("r", 63), strings.Repeat("k", 63)},
	{"projects/" + strings.Repeat("p", 30) + "/locations/us/keyRings/0/cryptoKeys/_", strings.Repeat("p", 30), "us", "0", "_"},
	{"projects/bank-keys/locations/us/keyRings/cryptoKeys/cryptoKeys/keyRings", "bank-keys", "us", "cryptoKeys", "keyRings"},
}

var badKeyNames = []refusal{
	{"empty", "", "got no key name"},
	{"short name", "pipelines", `got "pipelines", want "projects/" there`},
	{"shorter path", "bank-keys/us-central1/dataflow/pipelines", `want "projects/" there`},
	{"full resource name", "//cloudkms.googleapis.com/" + goodKey, `got "//cloudkms.googleapis.com/" in front of the name`},
	{"leading slash", "/" + goodKey, `got "/" in front of the name`},
	{"Tink URI", "gcp-kms://" + goodKey, `got "gcp-kms://" in front of the name`},
	{"API URL", "https://cloudkms.googleapis.com/v1/" + goodKey, `got "https://cloudkms.googleapis.com/v1/" in front of the name`},
	{"double quotes", `"` + goodKey + `"`, "got quotes around the name"},
	{"single quotes", "'" + goodKey + "'", "got quotes around the name"},
	{"wrong first collection", strings.Replace(goodKey, "projects/", "project/", 1), `want "projects/" there`},
	{"wrong second collection", strings.Replace(goodKey, "locations", "regions", 1), `want "/locations/" there`},
	{"wrong third collection", strings.Replace(goodKey, "keyRings", "keyrings", 1), `want "/keyRings/" there, with a capital R`},
	{"wrong fourth collection", strings.Replace(goodKey, "cryptoKeys", "cryptokeys", 1), `want "/cryptoKeys/" there, with a capital K`},
	{"key ring only", strings.TrimSuffix(goodKey, "/cryptoKeys/pipelines"), `got nothing, want "/cryptoKeys/" there`},
	{"key version", goodKey + "/cryptoKeyVersions/1", "got a key version, want a key"},
	{"version without number", goodKey + "/cryptoKeyVersions/", "got a key version, want a key"},
	{"trailing slash", goodKey + "/", `got "/" after the key's id`},
	{"import job", goodKey + "/importJobs/j", "after the key's id"},
	{"trailing newline", goodKey + "\n", "got white space around the name"},
	{"leading blank", " " + goodKey, "got white space around the name"},
	{"blank inside", strings.Replace(goodKey, "pipelines", "pipe lines", 1), `got id "pipe lines"`},
	{"newline inside", strings.Replace(goodKey, "dataflow", "data\nflow", 1), `got id "data\nflow"`},
	{"zero byte", goodKey + "\x00", `got id "pipelines\x00"`},
	{"escape sequence", strings.Replace(goodKey, "dataflow", "\x1b[31m", 1), `got id "\x1b[31m"`},
	{"broken UTF-8", strings.Replace(goodKey, "dataflow", "\xff", 1), `got id "\xff"`},
	{"text that grows in lower case", strings.Repeat("İ", 40) + "projects/x", "in front of the name"},
	{"non-ASCII", strings.Replace(goodKey, "dataflow", "schlüssel", 1), `got id "schlüssel"`},
	{"upper-case location", strings.Replace(goodKey, "us-central1", "US-Central1", 1), "want it in lower case"},
	{"no location", strings.Replace(goodKey, "us-central1", "", 1), "got no location"},
	{"location of digits", strings.Replace(goodKey, "us-central1", "1us", 1), "want one such as us-central1"},
	{"location with a blank", strings.Replace(goodKey, "us-central1", "us central1", 1), "want one such as us-central1"},
	{"no project", strings.Replace(goodKey, "bank-keys", "", 1), "got no project id"},
	{"upper-case project", strings.Replace(goodKey, "bank-keys", "Bank-Keys", 1), "want lower-case letters"},
	{"project of 5 characters", strings.Replace(goodKey, "bank-keys", "abcde", 1), "of 5 characters, want 6 to 30"},
	{"project of 31 characters", strings.Replace(goodKey, "bank-keys", strings.Repeat("p", 31), 1), "of 31 characters"},
	{"project with a digit first", strings.Replace(goodKey, "bank-keys", "1bank-keys", 1), "want a letter first"},
	{"project with a hyphen last", strings.Replace(goodKey, "bank-keys", "bank-keys-", 1), "no hyphen last"},
	{"domain without a dot", strings.Replace(goodKey, "bank-keys", "example:proj", 1), "want a domain"},
	{"domain with an empty label", strings.Replace(goodKey, "bank-keys", "example..com:proj", 1), "want a domain"},
	{"domain with a hyphen first", strings.Replace(goodKey, "bank-keys", "-example.com:proj", 1), "want a domain"},
	{"domain without a project", strings.Replace(goodKey, "bank-keys", "example.com:", 1), "of 0 characters, want 1 to 30"},
	{"no ring", strings.Replace(goodKey, "dataflow", "", 1), "got an empty id"},
	{"no key", strings.TrimSuffix(goodKey, "pipelines"), "got an empty id"},
	{"ring of 64 characters", strings.Replace(goodKey, "dataflow", strings.Repeat("r", 64), 1), "of 64 characters, want at most 63"},
	{"key of 64 characters", strings.Replace(goodKey, "pipelines", strings.Repeat("k", 64), 1), "of 64 characters, want at most 63"},
	{"dot in a key", goodKey + ".v1", "want letters, digits, underscores and hyphens"},
}

func TestParseKeyNameAcceptsFullNames(t *testing.T) {
	for _, tt := range goodKeyNames {
		t.Run(tt.name, func(t *testing.T) {
			k, err := cmekpipe.ParseKeyName(tt.name)
			if err != nil {
				t.Fatal(err)
			}
			if !k.Valid() || k.String() != tt.name {
				t.Errorf("got %q, valid %t, want %q, valid", k, k.Valid(), tt.name)
			}
			got := [...]string{k.Project(), k.Location(), k.KeyRing(), k.ID()}
			if want := [...]string{tt.project, tt.location, tt.ring, tt.id}; got != want {
				t.Errorf("got parts %q, want %q", got, want)
			}
		})
	}
}

func TestParseKeyNameRefuses(t *testing.T) {
	for _, tt := range badKeyNames {
		t.Run(tt.name, func(t *testing.T) {
			k, err := cmekpipe.ParseKeyName(tt.text)
			if k != (cmekpipe.KeyName{}) {
				t.Errorf("got %q, want the zero KeyName", k)
			}
			checkRefusal(t, err, "cmekpipe.ParseKeyName", cmekpipe.InvalidName, tt.text, tt.reason)
		})
	}
}

func TestParseKeyNameHintsAtTheFault(t *testing.T) {
	for name, want := range map[string]string{
		"":                                     "use projects/PROJECT/locations/LOCATION/keyRings/KEY_RING/cryptoKeys/KEY",
		goodKey + "/":                          "write " + goodKey,
		goodKey + "\n":                         "write " + goodKey,
		goodKey + "/cryptoKeyVersions/7":       "write " + goodKey,
		"'" + goodKey + "'":                    "write " + goodKey,
		"gcp-kms://" + goodKey:                 "write " + goodKey,
		"//cloudkms.googleapis.com/" + goodKey: "write " + goodKey,
		"https://cloudkms.googleapis.com/v1/" + goodKey:           "write " + goodKey,
		strings.ToLower(goodKey):                                  "write " + goodKey,
		strings.ToUpper("projects/") + goodKey[len("projects/"):]: "write " + goodKey,
		strings.Replace(goodKey, "us-central1", "US-CENTRAL1", 1): "write " + goodKey,
		"pipelines": "use projects/PROJECT/locations/LOCATION/keyRings/KEY_RING/cryptoKeys/KEY",
	} {
		_, err := cmekpipe.ParseKeyName(name)
		e, ok := err.(*cmekpipe.Error)
		if !ok || e.Hint != want {
			t.Errorf("ParseKeyName(%q): got %v, want hint %q", name, err, want)
		}
	}
}

func TestParseKeyNameClipsWhatIsFarTooLong(t *testing.T) {
	_, err := cmekpipe.ParseKeyName("projects/" + strings.Repeat("é", 1<<20))
	if err == nil || len(err.Error()) > 4000 {
		t.Errorf("got an error of %d bytes, want one of at most 4000", len(err.Error()))
	}
}

func TestKeyNamesAreComparedByTheirParts(t *testing.T) {
	k, k2 := mustKeyName(t), mustKeyName(t)
	longer, err := cmekpipe.ParseKeyName(goodKey + "2")
	if err != nil {
		t.Fatal(err)
	}
	if k != k2 || k == longer {
		t.Errorf("got equal %t and %t, want the same name equal and a longer one not", k == k2, k == longer)
	}
}

func TestZeroKeyNameNamesNothing(t *testing.T) {
	var k cmekpipe.KeyName
	if k.Valid() || k.String()+k.Project()+k.Location()+k.KeyRing()+k.ID() != "" {
		t.Errorf("got %#v, want nothing in it", k)
	}
}

func TestKeyNameMarshalsAsText(t *testing.T) {
	type config struct{ Key, None cmekpipe.KeyName }
	want := config{Key: mustKeyName(t)}
	text, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := string(text), `{"Key":"`+goodKey+`","None":""}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	var got config
	if err := json.Unmarshal(text, &got); err != nil || got != want {
		t.Errorf("got %v and %v, want %v", got, err, want)
	}
	for _, tt := range badKeyNames {
		k := mustKeyName(t)
		if err := k.UnmarshalText([]byte(tt.text)); tt.text != "" && err == nil || k.Valid() {
			t.Errorf("UnmarshalText(%q): got %v and %v, want a refusal", tt.text, k, err)
		}
	}
}

func TestParseKeyNameAllocatesAtMostOnce(t *testing.T) {
	got := testing.AllocsPerRun(1000, func() {
		if _, err := cmekpipe.ParseKeyName(goodKey); err != nil {
			t.Fatal(err)
		}
	})
	if got > 1 {
		t.Errorf("got %v allocations, want at most 1", got)
	}
}

func FuzzParseKeyName(f *testing.F) {
	for _, tt := range goodKeyNames {
		f.Add(tt.name)
	}
	for _, tt := range badKeyNames {
		f.Add(tt.text)
	}
	f.Fuzz(func(t *testing.T, name string) {
		k, err := cmekpipe.ParseKeyName(name)
		if err != nil {
			checkFuzzed(t, k.Valid(), err)
			return
		}
		if k.String() != name {
			t.Errorf("got %q, want %q", k, name)
		}
		parts := "projects/" + k.Project() + "/locations/" + k.Location() + "/keyRings/" + k.KeyRing() + "/cryptoKeys/" + k.ID()
		if parts != name || strings.Count(name, "/") != 7 {
			t.Errorf("got parts %q, want them to be %q", parts, name)
		}
		checkTextRoundTrip(t, k)
	})
}
