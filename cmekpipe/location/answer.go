package location

import (
	"slices"
	"strconv"
	"strings"
)

// Fit says whether a key in one location can encrypt a resource in another. The zero Fit is invalid.
type Fit int

// The values of Fit.
const (
	_ Fit = iota
	// Serves: a key in that location can encrypt the resource.
	Serves
	// Refused: the service rejects a key in that location.
	Refused
	// Unsure: Google's documentation does not say. Warn, and let the service decide.
	Unsure
)

// String returns "serves", "refused" or "unsure", and "invalid" for anything else.
func (f Fit) String() string {
	switch f {
	case Serves:
		return "serves"
	case Refused:
		return "refused"
	case Unsure:
		return "unsure"
	}
	return "invalid"
}

// Answer says whether a key can encrypt a resource, and where a suitable key would be. The zero Answer is invalid.
type Answer struct {
	// Fit is the result.
	Fit Fit
	// Want lists the key locations that the resource accepts, best first. It is empty if every location is accepted or
	// none is known.
	Want []string
	// Why is the reason, one sentence without a period. It is empty if Fit is Serves.
	Why string
}

// fact is what the data file says about a location.
type fact struct {
	region   bool
	unsure   string
	unsureIn []string // the services that unsure is about; empty when it is about the location itself
}

// doubt returns why it is uncertain that a service is available in the location; "" if it is certain.
func (f fact) doubt(service string) string {
	if len(f.unsureIn) == 0 || slices.Contains(f.unsureIn, service) {
		return f.unsure
	}
	return ""
}

// The services that the data file can be unsure about.
const (
	dataflow = "dataflow"
	storage  = "storage"
	bigquery = "bigquery"
)

// sameRegion answers for a resource that accepts a key in its own region only.
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

// regionElseUnsure is sameRegion for a service that also has locations that are not regions: unknown ones may be new.
func regionElseUnsure(service, key, where string) Answer {
	_, keyOK := normal(key)
	if id, ok := normal(where); ok && keyOK && !IsRegion(id) {
		return Answer{Fit: Unsure, Why: id + " is not a location that this package knows"}
	}
	return sameRegion(service, key, where)
}

// oneOf answers for a resource that accepts a key in one location, whose id differs from the resource's.
func oneOf(key, want, resource string) Answer {
	if strings.ToLower(key) == want {
		return Answer{Fit: Serves, Want: []string{want}}
	}
	return refusal(key, resource, want)
}

// refusal returns the answer for a key in the wrong location.
func refusal(key, resource string, want ...string) Answer {
	return Answer{Fit: Refused, Want: want, Why: "a key in " + describe(key) + " can't encrypt data in " + resource}
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
