package location_test

import (
	"testing"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/location"
)

func TestClosestRegion(t *testing.T) {
	for id, want := range map[string]string{
		"us-centrall": "us-central1", "us-central11": "us-central1", "us-central": "us-central1", "uscentral1": "us-central1",
		"us_central1": "us-central1", "US-CENTRALL": "us-central1", "us-east-1": "us-east1", "eu-west1": "europe-west1",
		"eu-west-4": "europe-west4", "ap-southeast-1": "asia-southeast1", "europe-west22": "europe-west12",
		"sa-east-1": "southamerica-east1", "eruope-west1": "europe-west1", "europe-north9": "europe-north1",
		"us-central1": "", "us-west8": "", "us": "", "global": "", "europe": "", "moon": "", "": "", "westeurope": "", "-": "", "-1": "",
	} {
		if got, ok := location.ClosestRegion(id); got != want || ok != (want != "") {
			t.Errorf("ClosestRegion(%q): got %q, %t, want %q", id, got, ok, want)
		}
	}
}

func FuzzClosestRegion(f *testing.F) {
	for id := range regions() {
		f.Add(id)
	}
	f.Fuzz(func(t *testing.T, id string) {
		region, ok := location.ClosestRegion(id)
		if ok != (region != "") {
			t.Errorf("ClosestRegion(%q): got %q, %t", id, region, ok)
		}
		if ok && (!location.Known(region) || !location.IsRegion(region) || location.Known(id)) {
			t.Errorf("ClosestRegion(%q): got %q, want a known region for an unknown id", id, region)
		}
	})
}
