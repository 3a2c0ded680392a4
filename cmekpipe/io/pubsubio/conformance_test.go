package pubsubio_test

import (
	"testing"

	"github.com/cmekpipe/cmekpipe-go/internal/testing/conformance"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/conformance/sinks/pubsubsink"
)

func TestConformance(t *testing.T) { conformance.Run(t, pubsubsink.Write()) }

func TestFailedBundlesLeakNothing(t *testing.T) { conformance.RunLeaks(t, pubsubsink.Write()) }
