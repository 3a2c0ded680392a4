package cmekpipe_test

import (
	"testing"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

func BenchmarkParseKeyName(b *testing.B) {
	const name = "projects/bank-prod/locations/us-central1/keyRings/dataflow/cryptoKeys/pipelines"
	b.ReportAllocs()
	for b.Loop() {
		if _, err := cmekpipe.ParseKeyName(name); err != nil {
			b.Fatal(err)
		}
	}
}
