// Package sinks has a harness of the conformance suite for each connector of this module.
//
// Each connector has a file with a function for each of its ways of writing, which [All] lists.
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
