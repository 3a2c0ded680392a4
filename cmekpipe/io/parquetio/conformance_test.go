package parquetio_test

import (
	"testing"

	"github.com/cmekpipe/cmekpipe-go/internal/testing/conformance"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/conformance/sinks/parquetsink"
)

func TestConformance(t *testing.T) {
	for _, h := range []conformance.Harness{parquetsink.Write(), parquetsink.WriteSharded()} {
		t.Run(h.Name, func(t *testing.T) { conformance.Run(t, h) })
	}
}

func TestFailedBundlesLeakNothing(t *testing.T) { conformance.RunLeaks(t, parquetsink.Write()) }
