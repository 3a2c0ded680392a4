package location_test

import (
	"strings"
	"testing"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/location"
)

var _ location.Regional = europeNorth9{}

func regions() map[string]bool {
	return map[string]bool{
		"us-central1": true, "US-Central1": true, "europe-west12": true, "me-west1": true, "us-west8": true,
		europeNorth9{}.ID(): true, "northamerica-northeast2": true,
		"u-germany-northeast1": true, "u-france-east1": true, "u-east1": false, "u-": false, "u-u-france-east1": false,
		"": false, "global": false, "us": false, "europe": false, "nam4": false, "asia1": false, "nam-eur-asia1": false,
		"us-central1-a": false, "us-central": false, "us_central1": false, " us-central1": false, "us-central1\n": false,
		"us-\u212a1": false, "1-2": false, "-1": false, "us-": false, "us-1": false, "us-central1x": false, "ü-west1": false,
	}
}

func zones() map[string]string {
	return map[string]string{
		"us-central1-a": "us-central1", "US-CENTRAL1-A": "us-central1", "us-south1-ai1b": "us-south1",
		"europe-north9-c": "europe-north9", "u-germany-northeast1-a": "u-germany-northeast1",
		"us-central1": "", "us-central1-": "", "us-central1-1": "", "us-central1-ab": "", "us-central1-aia": "",
		"us-central1-ai1": "", "us-a": "", "-a": "", "": "", "global-a": "", "us-central1-a ": "", "us-central1-ai1x1b": "",
	}
}

func TestIsRegion(t *testing.T) {
	for id, want := range regions() {
		if got := location.IsRegion(id); got != want {
			t.Errorf("IsRegion(%q): got %t, want %t", id, got, want)
		}
	}
}

func TestRegionOfZone(t *testing.T) {
	for zone, want := range zones() {
		if got, ok := location.RegionOfZone(zone); got != want || ok != (want != "") {
			t.Errorf("RegionOfZone(%q): got %q, %t, want %q", zone, got, ok, want)
		}
	}
}

func FuzzIsRegion(f *testing.F) {
	for id := range regions() {
		f.Add(id)
	}
	f.Fuzz(func(t *testing.T, id string) {
		if !location.IsRegion(id) {
			return
		}
		if strings.Trim(strings.ToLower(id), "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
			t.Errorf("IsRegion(%q): got true for characters that no region has", id)
		}
		if got, ok := location.RegionOfZone(id + "-a"); !ok || got != strings.ToLower(id) {
			t.Errorf("RegionOfZone(%q): got %q, %t, want the region", id+"-a", got, ok)
		}
	})
}

func FuzzRegionOfZone(f *testing.F) {
	for zone := range zones() {
		f.Add(zone)
	}
	f.Fuzz(func(t *testing.T, zone string) {
		region, ok := location.RegionOfZone(zone)
		if ok && (!location.IsRegion(region) || !strings.HasPrefix(strings.ToLower(zone), region+"-")) {
			t.Errorf("RegionOfZone(%q): got %q, want a region in front of the zone", zone, region)
		}
		if !ok && region != "" {
			t.Errorf("RegionOfZone(%q): got %q with false, want none", zone, region)
		}
	})
}
