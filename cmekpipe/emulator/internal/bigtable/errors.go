package bigtable

import (
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/refuse"
)

// inaccessible is the text for a key that can't be used, whatever the reason. Google documents the code and no text.
// Source: https://docs.cloud.google.com/bigtable/docs/cmek.
func inaccessible() error {
	return refuse.FailedPrecondition("The key of a cluster can't be used.")
}
