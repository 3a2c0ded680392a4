package cmekgs_test

import (
	"strings"
	"testing"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/keyedfs/cmekgs"
)

const keyName = "projects/bank-keys/locations/europe-west3/keyRings/prod/cryptoKeys/records"

var names = []struct{ name, key, url string }{
	{"cmekgs://bank-keys/europe-west3/prod/records/bank-records/out.txt", keyName, "gs://bank-records/out.txt"},
	{"cmekgs://bank-keys/europe-west3/prod/records/bank-records/a/b//c/", keyName, "gs://bank-records/a/b//c/"},
	{"cmekgs://bank-keys/europe-west3/prod/records/bank-records/a b?#%2F*[x].txt", keyName, "gs://bank-records/a b?#%2F*[x].txt"},
	{"cmekgs://bank-keys/europe-west3/prod/records/bank-records/ü/…/cmekgs://x", keyName, "gs://bank-records/ü/…/cmekgs://x"},
	{"cmekgs://bank-keys/europe-west3/prod/records/bank-records//", keyName, "gs://bank-records//"},
	{"cmekgs://example.com:bank-keys/us/R_1/k-2/bank.records.eu/o", "projects/example.com:bank-keys/locations/us/keyRings/R_1/cryptoKeys/k-2", "gs://bank.records.eu/o"},
	{"cmekgs://123456789012/global/r/k/bank-records/o", "projects/123456789012/locations/global/keyRings/r/cryptoKeys/k", "gs://bank-records/o"},
}

var badNames = []struct{ name, want string }{
	{"", "got no \"cmekgs://\" in front"},
	{"gs://bank-records/out.txt", "got no \"cmekgs://\" in front"},
	{"CMEKGS://bank-keys/europe-west3/prod/records/bank-records/o", "got no \"cmekgs://\" in front"},
	{"cmekgs://", "got 1 parts, want 6"},
	{"cmekgs://bank-records/out.txt", "got 2 parts, want 6"},
	{"cmekgs://bank-keys/europe-west3/prod/records/bank-records", "got 5 parts, want 6"},
	{"cmekgs://bank-keys/europe-west3/prod/records/bank-records/", "got no object name after the bucket"},
	{"cmekgs:///europe-west3/prod/records/bank-records/o", "got no project id"},
	{"cmekgs://bank-keys/Europe-West3/prod/records/bank-records/o", "want it in lower case"},
	{"cmekgs://bank-keys/europe-west3//records/bank-records/o", "got an empty id of a key ring or key"},
	{"cmekgs://bank-keys/europe-west3/prod/rec ords/bank-records/o", "want letters, digits, underscores and hyphens"},
	{"cmekgs://bank-keys/europe-west3/prod/records//o", "got no bucket"},
	{"cmekgs://bank-keys/europe-west3/prod/records/Bank/o", "got bucket \"Bank\""},
	{"cmekgs://bank-keys/europe-west3/prod/records/bank-records/a\nb", "got control characters"},
	{"cmekgs://bank-keys/europe-west3/prod/records/bank-records/..", "got object name \"..\""},
	{"cmekgs://bank-keys/europe-west3/prod/records/bank-records/" + strings.Repeat("o", 1025), "got an object name of 1025 bytes"},
}

func TestNameHoldsObjectAndKey(t *testing.T) {
	for _, tt := range names {
		t.Run(tt.name, func(t *testing.T) {
			got, err := cmekgs.Parse(tt.name)
			if err != nil {
				t.Fatal(err)
			}
			if got.String() != tt.url || got.Key().String() != tt.key {
				t.Errorf("Parse() = %q under %q, want %q under %q", got, got.Key(), tt.url, tt.key)
			}
			if back := cmekgs.Format(got); back != tt.name {
				t.Errorf("Format() = %q, want %q", back, tt.name)
			}
		})
	}
}

func TestParseRefusesWithTheWholeNameAndAHint(t *testing.T) {
	for _, tt := range badNames {
		t.Run(tt.name, func(t *testing.T) {
			got, err := cmekgs.Parse(tt.name)
			if got.Valid() || cmekpipe.CodeOf(err) != cmekpipe.InvalidName {
				t.Fatalf("Parse() = %v, %v, want none and %v", got, err, cmekpipe.InvalidName)
			}
			for _, part := range []string{"cmekpipe[", "cmekgs.Parse: ", tt.want, "; hint: use cmekgs://PROJECT/"} {
				if strings.Count(err.Error(), part) != 1 {
					t.Errorf("Parse() error %q, want %q in it once", err, part)
				}
			}
		})
	}
}

func TestFormatOfZeroIsEmpty(t *testing.T) {
	if got := cmekgs.Format(cmekpipe.Object{}); got != "" {
		t.Errorf("Format() = %q, want none", got)
	}
}

func FuzzParseAndFormatAreInverse(f *testing.F) {
	for _, tt := range names {
		f.Add(tt.name)
	}
	for _, tt := range badNames {
		f.Add(tt.name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		object, err := cmekgs.Parse(name)
		if err != nil {
			if cmekpipe.CodeOf(err) != cmekpipe.InvalidName || object != (cmekpipe.Object{}) {
				t.Fatalf("Parse(%q) = %v, %v", name, object, err)
			}
			return
		}
		if got := cmekgs.Format(object); got != name {
			t.Fatalf("Format(Parse(%q)) = %q", name, got)
		}
		back, err := object.Key().Object(object.String())
		if err != nil || back != object {
			t.Fatalf("key and URL of %q give %v, %v", name, back, err)
		}
	})
}
