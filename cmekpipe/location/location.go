// Package location has one type for each Google Cloud location, and says which key location each service accepts.
//
// A program names its location as a type, so that the compiler compares locations: cmekpipe.Key[location.USCentral1]
// and cmekpipe.Bucket[location.EuropeWest1] cannot be used in one job. Regions satisfy [Regional]; multi-regions,
// dual-regions and global satisfy [Location] only, because a Dataflow job needs a key in its own region. Most programs
// need only the name of one type.
//
// To use a region that Google added after this module was released, embed [Region] in a type of your own:
//
//	type EuropeNorth9 struct{ location.Region }
//
//	func (EuropeNorth9) ID() string { return "europe-north9" }
//
// For locations that are known only at run time there is one function per service, such as [ForDataflow] and
// [ForBucket]. Each compares the location of a key with the location of a resource and returns an [Answer]:
//
//	answer := location.ForBucket("us-central1", "EU")
//	if answer.Fit == location.Refused {
//		fmt.Println(answer.Why, "use a key in", answer.Want)
//	}
//
// Location ids are compared without regard to letter case. [ClosestRegion] suggests a region for a misspelt one.
//
// # Compiler messages
//
// The unexported methods of the interfaces are named for what they require. A key that is not in one region gives
//
//	R (type location.Global) does not satisfy location.Regional (missing method mustBeOneRegionForDataflow)
//
// and a type that does not embed [Region] gives
//
//	Tomorrow does not satisfy location.Regional (missing method embedLocationRegion)
//
// # Sources
//
// Types and tables are generated from locations.json, which was compiled from Google's location pages and the endpoints
// of its APIs. Where those pages are silent or contradict each other, the answer is [Unsure]: show it as a warning and
// let the service decide.
//
// # Defaults
//
// There is no default location. The zero Fit is invalid; no function returns it.
//
// # Permissions
//
// None: no service is called.
//
// # Errors
//
// No function returns an error. A resource in a location that this package does not know gives an Answer with fit Unsure, or
// Refused where the service has regions only; a key in such a location is Refused. [Answer.Why] says which.
//
// # Concurrency
//
// Everything is a value or a pure function, and safe for concurrent use.
//
// # Testing
//
// Nothing needs a network: call the functions with literals, such as "us-central1" and "EU".
package location

//go:generate go run ./internal/gen

// Location is a Cloud KMS location: a region, a multi-region, a dual-region or global. The set is closed: only types of
// this package, and types that embed [Region], satisfy it.
type Location interface {
	// ID returns the location's Cloud KMS id in lower case: "us-central1", "europe", "global".
	ID() string
	embedLocationRegion()
}

// Regional is a [Location] that is one region. A Dataflow job can only use a key in its own region.
// Source: https://docs.cloud.google.com/dataflow/docs/guides/customer-managed-encryption-keys.
type Regional interface {
	Location
	mustBeOneRegionForDataflow()
}

// Region makes the type that embeds it [Regional], once that type has an ID method. Region alone is not a Location.
type Region struct{}

func (Region) embedLocationRegion()        {}
func (Region) mustBeOneRegionForDataflow() {}

// area makes a type a Location that is not one region.
type area struct{}

func (area) embedLocationRegion() {}
