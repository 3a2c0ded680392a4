package location_test

import (
	"testing"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/location"
)

// areas holds a value of every type that is not one region.
func areas() []location.Location {
	return []location.Location{
		location.Global{}, location.US{}, location.Europe{}, location.Asia{}, location.CA{}, location.IN{},
		location.Asia1{}, location.EUR3{}, location.EUR4{}, location.EUR5{}, location.EUR6{}, location.NAM3{},
		location.NAM4{}, location.NAM6{}, location.NAM7{}, location.NAM8{}, location.NAM9{}, location.NAM10{},
		location.NAM11{}, location.NAM12{}, location.NAMEURAsia1{},
	}
}

func TestAreasAreKnownButNotRegional(t *testing.T) {
	for _, area := range areas() {
		if _, ok := area.(location.Regional); ok {
			t.Errorf("%s: got a type that satisfies Regional, want Location only", area.ID())
		}
		if !location.Known(area.ID()) || location.IsRegion(area.ID()) {
			t.Errorf("%s: got Known %t, IsRegion %t, want true, false", area.ID(), location.Known(area.ID()), location.IsRegion(area.ID()))
		}
	}
}

func TestRegionAloneIsNoLocation(t *testing.T) {
	if _, ok := any(location.Region{}).(location.Location); ok {
		t.Error("got a Location, want a type that lacks ID")
	}
}

func TestKnown(t *testing.T) {
	for id, want := range map[string]bool{
		"us-central1": true, "US-CENTRAL1": true, "us-east7": true, "EU": false, "eur7": false,
		"europe-north9": false, "": false, "us ": false,
	} {
		if got := location.Known(id); got != want {
			t.Errorf("Known(%q): got %t, want %t", id, got, want)
		}
	}
}
