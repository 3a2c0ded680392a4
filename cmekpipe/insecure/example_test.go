package insecure_test

import (
	"fmt"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/insecure"
)

// A waiver needs a reason, which the plan shows. Give it to launch.Run with launch.WithWaivers.
func Example() {
	agreed := insecure.AllowBucketWithoutDefaultKey("EX-211: the bucket is emptied by the job, agreed until March")
	fmt.Println(agreed.Valid(), agreed.Rule(), agreed.Reason())

	silent := insecure.AllowBucketWithoutDefaultKey("")
	fmt.Println(silent.Valid())
	// Output:
	// true CMEK010 EX-211: the bucket is emptied by the job, agreed until March
	// false
}
