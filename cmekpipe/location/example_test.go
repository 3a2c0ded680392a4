package location_test

import (
	"fmt"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/location"
)

func ExampleForBucket() {
	answer := location.ForBucket("us-central1", "EU")
	fmt.Println(answer.Fit, answer.Want)
	fmt.Println(answer.Why)
	// Output:
	// refused [europe]
	// a key in us-central1 can't encrypt data in eu
}

func ExampleRegionOfZone() {
	region, ok := location.RegionOfZone("us-central1-b")
	fmt.Println(region, ok)
	// Output: us-central1 true
}

func ExampleClosestRegion() {
	for _, id := range []string{"us-centrall", "eu-west-1", "us-central1", "moon"} {
		region, ok := location.ClosestRegion(id)
		fmt.Printf("%s: %q %t\n", id, region, ok)
	}
	// Output:
	// us-centrall: "us-central1" true
	// eu-west-1: "europe-west1" true
	// us-central1: "" false
	// moon: "" false
}

// europeNorth9 is how a program declares a region that this package doesn't know.
type europeNorth9 struct{ location.Region }

func (europeNorth9) ID() string { return "europe-north9" }

// A region that Google added after this module was released is a type of the program.
func ExampleRegion() {
	var r location.Regional = europeNorth9{}
	fmt.Println(r.ID(), location.IsRegion(r.ID()))
	// Output: europe-north9 true
}
