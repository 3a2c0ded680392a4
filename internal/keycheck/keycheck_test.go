package keycheck_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/location"
	"github.com/cmekpipe/cmekpipe-go/internal/keycheck"
)

const ring = "projects/bank-keys/locations/us-central1/keyRings/dataflow/cryptoKeys/"

func mustKey(t *testing.T, name string) cmekpipe.KeyName {
	t.Helper()
	key, err := cmekpipe.ParseKeyName(name)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func TestCheck(t *testing.T) {
	one := []cmekpipe.KeyName{mustKey(t, ring+"k")}
	two := append(one[:1:1], mustKey(t, ring+"other"))
	for _, tt := range []struct {
		name     string
		want     []cmekpipe.KeyName
		reported []string
		code     cmekpipe.Code
		says     string
	}{
		{"the key", one, []string{ring + "k"}, "", ""},
		{"a version of it", one, []string{ring + "k/cryptoKeyVersions/3"}, "", ""},
		{"the key and a version of it", one, []string{ring + "k", ring + "k/cryptoKeyVersions/3"}, "", ""},
		{"one of two", two, []string{ring + "other"}, "", ""},
		{"nothing", one, nil, cmekpipe.KeyMissing, "got no Cloud KMS key"},
		{"an empty name", one, []string{""}, cmekpipe.KeyMissing, "got no Cloud KMS key"},
		{"the key, and none", one, []string{ring + "k", ""}, cmekpipe.KeyMissing, "got no Cloud KMS key"},
		{"one whose name begins alike", one, []string{ring + "k2"}, cmekpipe.KeyMismatch, ring + "k2"},
		{"the key, and another", one, []string{ring + "k", ring + "k2"}, cmekpipe.KeyMismatch, ring + "k2"},
		{"a version of another", one, []string{ring + "k2/cryptoKeyVersions/1"}, cmekpipe.KeyMismatch, ring + "k2"},
		{"one of another project", one, []string{strings.Replace(ring, "bank", "other", 1) + "k"}, cmekpipe.KeyMismatch, "projects/other-keys/"},
		{"the key, and two others", one, []string{ring + "k2", ring + "k", ring + "k3", ring + "k2/cryptoKeyVersions/1"}, cmekpipe.KeyMismatch,
			"got key " + ring + "k2 and key " + ring + "k3, want " + ring + "k"},
		{"another, and none", one, []string{ring + "k2", ""}, cmekpipe.KeyMismatch, "got key " + ring + "k2 and no Cloud KMS key, want"},
		{"something else", one, []string{"user data"}, cmekpipe.KeyMismatch, "not the name of a key"},
		{"none of two", two, []string{ring + "third"}, cmekpipe.KeyMismatch, ring + "k or " + ring + "other"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := keycheck.Check("test.Op", "gs://bank-out/a", tt.want, tt.reported...)
			requireError(t, err, tt.code, tt.says)
			if err != nil && !strings.Contains(err.Error(), ring+"k") {
				t.Errorf("got %v, want the wanted key in it", err)
			}
		})
	}
}

func TestCheckAll(t *testing.T) {
	two := []cmekpipe.KeyName{mustKey(t, ring+"k"), mustKey(t, ring+"other")}
	for _, tt := range []struct {
		name     string
		reported []string
		code     cmekpipe.Code
	}{
		{"both", []string{ring + "k", ring + "other"}, ""},
		{"both, one as a version", []string{ring + "other/cryptoKeyVersions/1", ring + "k"}, ""},
		{"only the first", []string{ring + "k"}, cmekpipe.KeyMismatch},
		{"only the second, twice", []string{ring + "other", ring + "other"}, cmekpipe.KeyMismatch},
		{"nothing", nil, cmekpipe.KeyMismatch},
	} {
		t.Run(tt.name, func(t *testing.T) {
			requireError(t, keycheck.CheckAll("test.Op", "gs://bank-out/a", two, tt.reported...), tt.code, "too")
		})
	}
}

func TestRemedyOfARefusalIsTheCommandForTheKindOfResource(t *testing.T) {
	for resource, want := range map[string]string{
		"gs://bank-out/a":                            "gcloud storage objects update gs://bank-out/a --encryption-key=" + ring + "k",
		"projects/p/topics/t":                        "gcloud pubsub topics update projects/p/topics/t --topic-encryption-key=" + ring + "k",
		"projects/bank-p/instances/i/databases/data": "never changes",
	} {
		err := keycheck.Check("test.Op", resource, []cmekpipe.KeyName{mustKey(t, ring+"k")}, "")
		if e, ok := errors.AsType[*cmekpipe.Error](err); !ok || !strings.Contains(e.Hint, want) {
			t.Errorf("%s: got %v, want %q in the hint", resource, err, want)
		}
	}
}

func TestAKeyThatDiffersByProjectNumberIsToBeSpelledByID(t *testing.T) {
	byNumber := strings.Replace(ring, "bank-keys", "123456789012", 1) + "k"
	for _, tt := range []struct{ want, reported, number string }{
		{ring + "k", byNumber, "123456789012"},
		{ring + "k", byNumber + "/cryptoKeyVersions/2", "123456789012"},
		{byNumber, ring + "k", "123456789012"},
		{ring + "k", strings.TrimSuffix(byNumber, "k") + "k2", ""},
		{byNumber, strings.Replace(byNumber, "1", "2", 1), ""},
		{ring + "k", strings.Replace(ring, "bank", "other", 1) + "k", ""},
		{ring + "k", "", ""},
	} {
		want := []cmekpipe.KeyName{mustKey(t, tt.want)}
		if got := keycheck.ByNumber(want, tt.reported); got != tt.number {
			t.Errorf("ByNumber(%s, %s): got %q, want %q", tt.want, tt.reported, got, tt.number)
		}
		e, ok := errors.AsType[*cmekpipe.Error](keycheck.Check("test.Op", "gs://bank-out/a", want, tt.reported))
		if !ok || strings.Contains(e.Hint, "gcloud projects describe 123456789012") != (tt.number != "") {
			t.Errorf("Check(%s, %s): got %v, want the command for the project's id: %t", tt.want, tt.reported, e, tt.number != "")
		}
	}
}

func TestLocation(t *testing.T) {
	key := mustKey(t, ring+"k")
	for _, tt := range []struct {
		name   string
		answer location.Answer
		code   cmekpipe.Code
		hint   string
	}{
		{"serves", location.ForBucket("us-central1", "US-CENTRAL1"), "", ""},
		{"unsure", location.ForBucket("europe", "EUR5"), "", ""},
		{"elsewhere", location.ForBucket("us-central1", "US"), cmekpipe.LocationMismatch,
			"use a key in us, or another bucket in us-central1, where " + ring + "k is"},
		{"nowhere", location.ForDataflow("us", "us"), cmekpipe.LocationMismatch, "use a key in the location of gs://bank-out"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := keycheck.Location("test.Op", "gs://bank-out", key, tt.answer)
			if tt.code == "" {
				if err != nil {
					t.Errorf("got %v, want no error", err)
				}
				return
			}
			e, ok := errors.AsType[*cmekpipe.Error](err)
			if !ok || e.Code != tt.code || e.Resource != "gs://bank-out" || !strings.Contains(e.Hint, tt.hint) || e.Err.Error() != tt.answer.Why {
				t.Errorf("got %v, want %s, %q and the answer's reason", err, tt.code, tt.hint)
			}
		})
	}
}

// requireError fails unless err has the code and says something, and shows nothing that is not a key; "" is for no error.
func requireError(t *testing.T, err error, code cmekpipe.Code, says string) {
	t.Helper()
	if code == "" {
		if err != nil {
			t.Errorf("got error %v, want none", err)
		}
		return
	}
	e, ok := errors.AsType[*cmekpipe.Error](err)
	if !ok || e.Op != "test.Op" || e.Code != code || e.Resource != "gs://bank-out/a" || e.Hint == "" {
		t.Fatalf("got error %v, want code %q for the resource, with a hint", err, code)
	}
	if text := err.Error(); !strings.Contains(text, says) || strings.Contains(text, "user data") {
		t.Errorf("got %q, want it to say %q and not what is not the name of a key", text, says)
	}
}
