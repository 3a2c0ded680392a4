package spanner

import (
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/refuse"
)

// inaccessible is Google's text for a key that can't be used, whatever the reason. Source:
// https://docs.cloud.google.com/spanner/docs/cmek.
func inaccessible() error {
	return refuse.FailedPrecondition("KMS key required by the Spanner resource is not accessible.")
}
