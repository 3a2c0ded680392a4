package bigtable

import (
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/refuse"
)

// inaccessible is the error for a key that can't be used, whatever the reason. Google documents the code
// (https://docs.cloud.google.com/bigtable/docs/cmek); users report the text.
func inaccessible() error {
	return refuse.FailedPrecondition("Request failed due to a problematic CMEK state")
}
