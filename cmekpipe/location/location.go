// Package location has one type for each Google Cloud location and knows which location of a Cloud KMS key serves what.
//
// A program names its location as a type, so that the compiler compares locations: cmekpipe.Key[location.USCentral1]
// and cmekpipe.Bucket[location.EuropeWest1] do not fit together. Regions satisfy [Regional]; multi-regions,
// dual-regions and global satisfy [Location] only, because Dataflow takes regional keys only. Most programs need
// nothing of this package but the name of one type.
//
// A region that Google adds tomorrow is declared by embedding [Region]:
//
//	type EuropeNorth9 struct{ location.Region }
//
//	func (EuropeNorth9) ID() string { return "europe-north9" }
//
// For locations that are known only at run time there is one function for each service, such as [ForDataflow] and
// [ForBucket]. They compare without regard to letter case.
//
// # Sources
//
// Types and tables are generated from locations.json, which came from Google's location pages and the endpoints of
// its APIs. Where Google's pages are silent or contradict each other the answer is [Unsure], which is to be shown as a
// warning: it is neither a refusal nor a promise.
//
// # Concurrency
//
// Everything is a value or a pure function.
package location

//go:generate go run ./internal/gen

// Location is a place that Cloud KMS keeps keys in. The set is closed: only types of this package, and types that embed
// [Region], satisfy it.
type Location interface {
	// ID returns Cloud KMS's name of the place in lower case: "us-central1", "europe", "global".
	ID() string
	location()
}

// Regional is a [Location] that is one region. A Dataflow job takes a key in its own region only.
// Source: https://docs.cloud.google.com/dataflow/docs/guides/customer-managed-encryption-keys.
type Regional interface {
	Location
	regional()
}

// Region makes the type that embeds it [Regional], once that type has an ID method. It is no location by itself.
type Region struct{}

func (Region) location() {}
func (Region) regional() {}

// area makes a type a Location that isn't one region.
type area struct{}

func (area) location() {}
