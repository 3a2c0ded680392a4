package location_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/location"
)

// answers is a table of answers: which key, which resource, what comes out and which locations are offered.
type answers []struct {
	key, where string
	fit        location.Fit
	want       string
}

func (table answers) check(t *testing.T, answer func(key, where string) location.Answer) {
	t.Helper()
	for _, tc := range table {
		for _, in := range [][2]string{{tc.key, tc.where}, {strings.ToUpper(tc.key), strings.ToUpper(tc.where)}} {
			got := answer(in[0], in[1])
			if got.Fit != tc.fit || (tc.want != "" && !slices.Equal(got.Want, []string{tc.want})) {
				t.Errorf("key %q, resource %q: got %s of %q, want %s of %q", in[0], in[1], got.Fit, got.Want, tc.fit, tc.want)
			}
			if (got.Why == "") != (tc.fit == location.Serves) {
				t.Errorf("key %q, resource %q: got reason %q for %s", in[0], in[1], got.Why, got.Fit)
			}
		}
	}
}

func TestForDataflow(t *testing.T) {
	answers{
		{"us-central1", "us-central1", location.Serves, "us-central1"},
		{"asia-southeast3", "asia-southeast3", location.Serves, "asia-southeast3"},
		{"us-east1", "us-central1", location.Refused, "us-central1"},
		{"us-central", "us-central1", location.Refused, "us-central1"},
		{"us-central11", "us-central1", location.Refused, "us-central1"},
		{"global", "us-central1", location.Refused, "us-central1"},
		{"us", "us-central1", location.Refused, "us-central1"},
		{"", "us-central1", location.Refused, "us-central1"},
		{"global", "global", location.Refused, ""},
		{"us", "us", location.Refused, ""},
		{"", "", location.Refused, ""},
		{"us-west8", "us-west8", location.Unsure, "us-west8"},
		{"europe-north9", "europe-north9", location.Unsure, "europe-north9"},
		{"us-east1", "europe-north9", location.Refused, "europe-north9"},
	}.check(t, location.ForDataflow)
}

func TestForBucket(t *testing.T) {
	answers{
		{"us-central1", "us-central1", location.Serves, "us-central1"},
		{"us", "us", location.Serves, "us"},
		{"europe", "eu", location.Serves, "europe"},
		{"eu", "eu", location.Refused, "europe"},
		{"asia", "asia", location.Serves, "asia"},
		{"nam4", "nam4", location.Serves, "nam4"},
		{"us", "nam4", location.Refused, "nam4"},
		{"us-central1", "nam4", location.Refused, "nam4"},
		{"us-central1", "us", location.Refused, "us"},
		{"us", "us-central1", location.Refused, "us-central1"},
		{"global", "us", location.Refused, "us"},
		{"europe", "eur5", location.Unsure, "europe"},
		{"eur5", "eur5", location.Unsure, "europe"},
		{"europe", "eur8", location.Unsure, "europe"},
		{"europe-west3", "eur8", location.Refused, "europe"},
		{"global", "eur7", location.Refused, "europe"},
		{"asia-southeast3", "asia-southeast3", location.Unsure, "asia-southeast3"},
		{"europe", "eur9", location.Unsure, ""},
		{"us", " us", location.Refused, ""},
		{" europe", "eur5", location.Refused, "europe"},
	}.check(t, location.ForBucket)
}

func TestForDataset(t *testing.T) {
	answers{
		{"us", "us", location.Serves, "us"},
		{"europe", "eu", location.Serves, "europe"},
		{"eu", "eu", location.Refused, "europe"},
		{"us-central1", "us", location.Refused, "us"},
		{"us-central1", "us-central1", location.Serves, "us-central1"},
		{"europe-west4", "eu", location.Refused, "europe"},
		{"global", "us", location.Unsure, "us"},
		{"global", "us-central1", location.Unsure, "us-central1"},
		{"us-central2", "us-central2", location.Unsure, "us-central2"},
		{"us-east4", "aws-us-east-1", location.Unsure, ""},
		{"global", "us ", location.Refused, ""},
		{"us ", "us", location.Refused, "us"},
	}.check(t, location.ForDataset)
}

func TestForTopic(t *testing.T) {
	for key, want := range map[string]location.Fit{
		"global": location.Serves, "us-east1": location.Serves, "US": location.Serves, "nam4": location.Serves,
		"": location.Refused, "us ": location.Refused, "us/east1": location.Refused,
		"nam-eur-asia1": location.Unsure, "us-east7": location.Unsure, "europe-north9": location.Unsure,
		"gobal": location.Unsure,
	} {
		if got := location.ForTopic(key); got.Fit != want || !slices.Equal(got.Want, []string{"global"}) {
			t.Errorf("key %q: got %s of %q, want %s of global", key, got.Fit, got.Want, want)
		}
	}
}

func TestForBigtable(t *testing.T) {
	answers{
		{"us-east1", "us-east1-b", location.Serves, "us-east1"},
		{"us-east1", "us-east1", location.Serves, "us-east1"},
		{"us-east4", "us-east1-b", location.Refused, "us-east1"},
		{"us", "us-east1-b", location.Refused, "us-east1"},
		{"global", "us-east1-b", location.Refused, "us-east1"},
		{"us-central2", "us-central2-b", location.Unsure, "us-central2"},
		{"asia-southeast3", "asia-southeast3-a", location.Serves, "asia-southeast3"},
		{"us", "us", location.Refused, ""},
	}.check(t, location.ForBigtable)
}

func TestForFirestore(t *testing.T) {
	answers{
		{"us", "nam5", location.Serves, "us"},
		{"nam5", "nam5", location.Refused, "us"},
		{"europe", "eur3", location.Serves, "europe"},
		{"eur3", "eur3", location.Refused, "europe"},
		{"us-east1", "us-east1", location.Serves, "us-east1"},
		{"global", "us-east1", location.Refused, "us-east1"},
		{"us-west8", "us-west8", location.Unsure, "us-west8"},
		{"us", "nam7", location.Unsure, ""},
		{" us", "nam7", location.Refused, ""},
	}.check(t, location.ForFirestore)
}

func TestForSpanner(t *testing.T) {
	answers{
		{"us-central1", "regional-us-central1", location.Serves, "us-central1"},
		{"us-central1", "projects/p/instanceConfigs/regional-us-central1", location.Serves, "us-central1"},
		{"us-east1", "regional-us-central1", location.Refused, "us-central1"},
		{"nam3", "nam3", location.Serves, "nam3"},
		{"nam6", "nam3", location.Refused, "nam3"},
		{"us-east4", "nam3", location.Unsure, ""},
		{"nam3", "nam99", location.Unsure, ""},
		{"us-east4", "custom-nam99", location.Unsure, ""},
		{"nam-eur-asia1", "nam-eur-asia1", location.Unsure, "nam-eur-asia1"},
		{"us-east7", "regional-us-east7", location.Unsure, "us-east7"},
		{"global", "custom-nam99", location.Refused, ""},
		{"global", "global", location.Refused, ""},
		{"nam3 ", "nam3", location.Refused, ""},
		{"nam3 ", "nam99", location.Refused, ""},
	}.check(t, location.ForSpanner)
}

func TestForHealthcare(t *testing.T) {
	answers{
		{"us-central1", "us-central1", location.Serves, "us-central1"},
		{"us-east1", "us-central1", location.Refused, "us-central1"},
		{"us", "us", location.Serves, "us"},
		{"us-central1", "us", location.Refused, "us"},
		{"global", "us-central1", location.Refused, "us-central1"},
		{"europe", "eu", location.Unsure, ""},
		{" us", "us", location.Refused, "us"},
	}.check(t, location.ForHealthcare)
}

func TestZeroFitIsInvalid(t *testing.T) {
	if got := (location.Answer{}).Fit.String(); got != "invalid" {
		t.Errorf("got %q, want %q", got, "invalid")
	}
}
