package pubsubio_test

import (
	"testing"

	"github.com/cmekpipe/cmekpipe-go/internal/testing/conformance"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/conformance/sinks"
)

func TestConformance(t *testing.T) { conformance.Run(t, sinks.PubSub()) }

func TestFailedBundlesLeakNothing(t *testing.T) { conformance.RunLeaks(t, sinks.PubSub()) }
