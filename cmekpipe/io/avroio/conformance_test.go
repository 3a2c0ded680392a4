package avroio_test

import (
	"testing"

	"github.com/cmekpipe/cmekpipe-go/internal/testing/conformance"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/conformance/sinks/avrosink"
)

func TestConformance(t *testing.T) {
	for _, h := range []conformance.Harness{avrosink.Write(), avrosink.WriteSharded()} {
		t.Run(h.Name, func(t *testing.T) { conformance.Run(t, h) })
	}
}

func TestFailedBundlesLeakNothing(t *testing.T) { conformance.RunLeaks(t, avrosink.WriteSharded()) }
