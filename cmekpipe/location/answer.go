package location

import (
	"slices"
	"strconv"
	"strings"
)

// Verdict says whether a key may serve a resource. The zero Verdict is none.
type Fit int

// The verdicts.
const (
	_ Fit = iota
	// Serves: a key there can protect the resource.
	Serves
	// Refused: the service doesn't take a key from there.
	Refused
	// Unsure: Google's pages don't say. Warn, and let the service decide.
	Unsure
)

// String returns "serves", "refused" or "unsure", and "invalid" for anything else.
func (v Fit) String() string {
	switch v {
	case Serves:
		return "serves"
	case Refused:
		return "refused"
	case Unsure:
		return "unsure"
	}
	return "invalid"
}

// Answer is what this package knows of a key and a resource.
type Answer struct {
	// Verdict is the answer in a word.
	Fit Fit
	// Want holds the key locations that serve, best first; empty where any does or none is known.
	Want []string
	// Why is one sentence without a period. It is empty where the key serves.
	Why string
}

// fact is what the data file says of a location.
type fact struct {
	region   bool
	unsure   string
	unsureIn []string // the services that unsure is about; empty when it is about the location itself
}

// doubt returns why nothing is promised for a service in the location; "" when there is no doubt.
func (f fact) doubt(service string) string {
	if len(f.unsureIn) == 0 || slices.Contains(f.unsureIn, service) {
		return f.unsure
	}
	return ""
}

// The services of which the data file can be unsure.
const (
	dataflow = "dataflow"
	storage  = "storage"
	bigquery = "bigquery"
)

// sameRegion answers for a resource that takes a key of its own region only.
func sameRegion(service, key, region string) Answer {
	key, region = strings.ToLower(key), strings.ToLower(region)
	switch {
	case !IsRegion(region):
		return Answer{Fit: Refused, Why: strconv.Quote(region) + " is not a region"}
	case key != region:
		return refusal(key, region, region)
	}
	if f, ok := known(region); !ok {
		return Answer{Fit: Unsure, Want: []string{region}, Why: region + " is not a region that this package knows"}
	} else if why := f.doubt(service); why != "" {
		return Answer{Fit: Unsure, Want: []string{region}, Why: region + " is uncertain: " + why}
	}
	return Answer{Fit: Serves, Want: []string{region}}
}

// regionElseUnsure is sameRegion for a service that also has locations which are no regions: those it doesn't know may
// be new ones.
func regionElseUnsure(service, key, where string) Answer {
	_, keyOK := normal(key)
	if id, ok := normal(where); ok && keyOK && !IsRegion(id) {
		return Answer{Fit: Unsure, Why: id + " is not a location that this package knows"}
	}
	return sameRegion(service, key, where)
}

// oneOf answers for a resource that takes a key of a location by another name.
func oneOf(key, want, resource string) Answer {
	if strings.ToLower(key) == want {
		return Answer{Fit: Serves, Want: []string{want}}
	}
	return refusal(key, resource, want)
}

// refusal words the answer to a key in the wrong place.
func refusal(key, resource string, want ...string) Answer {
	return Answer{Fit: Refused, Want: want, Why: "a key in " + describe(key) + " can't protect what is in " + resource}
}

func describe(key string) string {
	if key == "" {
		return "no location"
	}
	if id, ok := normal(key); ok {
		return id
	}
	return strconv.Quote(key)
}
