// Package sinks ties each connector of this module to the conformance suite.
//
// A connector has a file of its own here, with a function for each of its ways of writing, and is listed in [All].
package sinks

import (
	"slices"

	"github.com/cmekpipe/cmekpipe-go/internal/testing/conformance"
)

// All returns the harnesses of all connectors.
func All() []conformance.Harness {
	return slices.Concat(
		[]conformance.Harness{TextIO(), TextIOSharded(), AvroIO(), AvroIOSharded(), ParquetIO(), ParquetIOSharded()},
		[]conformance.Harness{BigtableIO()},
		[]conformance.Harness{BigQueryExactlyOnce(), BigQueryFileLoads(), BigQueryAtLeastOnce(), BigQueryStreamingInserts()},
		[]conformance.Harness{PubSub()},
		[]conformance.Harness{Spanner(), SpannerCreate()},
		[]conformance.Harness{FHIRImport(), FHIRBundles()},
		[]conformance.Harness{DatastoreWrite(), DatastoreCreate()},
	)
}
