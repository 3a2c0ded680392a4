package bigqueryio_test

import (
	"testing"

	"github.com/cmekpipe/cmekpipe-go/internal/testing/conformance"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/conformance/sinks/bigquerysink"
)

func TestConformance(t *testing.T) {
	for name, h := range map[string]conformance.Harness{
		"exactly once": bigquerysink.ExactlyOnce(), "file loads": bigquerysink.FileLoads(),
		"at least once": bigquerysink.AtLeastOnce(), "streaming inserts": bigquerysink.StreamingInserts(),
	} {
		t.Run(name, func(t *testing.T) { conformance.Run(t, h) })
	}
}

func TestFailedBundlesLeakNothing(t *testing.T) {
	// The default stream's connections belong to the process, so that a call stays open.
	for name, h := range map[string]conformance.Harness{
		"exactly once": bigquerysink.ExactlyOnce(), "temporary table": bigquerysink.TemporaryTable(),
		"file loads": bigquerysink.FileLoads(), "streaming inserts": bigquerysink.StreamingInserts(),
	} {
		t.Run(name, func(t *testing.T) { conformance.RunLeaks(t, h) })
	}
}

func TestConformanceOfQuery(t *testing.T) { conformance.RunSource(t, bigquerysink.Query()) }
