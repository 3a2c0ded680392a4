package bigtableio_test

import (
	"testing"

	"github.com/cmekpipe/cmekpipe-go/internal/testing/conformance"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/conformance/sinks"
)

func TestConformance(t *testing.T) { conformance.Run(t, sinks.BigtableIO()) }

func TestFailedBundlesLeakNothing(t *testing.T) { conformance.RunLeaks(t, sinks.BigtableIO()) }
