package bigqueryio_test

import (
	"testing"

	"github.com/cmekpipe/cmekpipe-go/internal/testing/conformance"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/conformance/sinks"
)

func TestConformance(t *testing.T) {
	for name, h := range map[string]conformance.Harness{
		"exactly once": sinks.BigQueryExactlyOnce(), "file loads": sinks.BigQueryFileLoads(),
		"at least once": sinks.BigQueryAtLeastOnce(), "streaming inserts": sinks.BigQueryStreamingInserts(),
	} {
		t.Run(name, func(t *testing.T) { conformance.Run(t, h) })
	}
}

func TestFailedBundlesLeakNothing(t *testing.T) {
	// The default stream's connections belong to the process, so that a call stays open.
	for name, h := range map[string]conformance.Harness{
		"exactly once": sinks.BigQueryExactlyOnce(), "temporary table": sinks.BigQueryTemporaryTable(),
		"file loads": sinks.BigQueryFileLoads(), "streaming inserts": sinks.BigQueryStreamingInserts(),
	} {
		t.Run(name, func(t *testing.T) { conformance.RunLeaks(t, h) })
	}
}

func TestConformanceOfQuery(t *testing.T) { conformance.RunSource(t, sinks.BigQueryQuery()) }
