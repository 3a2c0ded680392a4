package bigtableio_test

import (
	"testing"

	"github.com/cmekpipe/cmekpipe-go/internal/testing/conformance"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/conformance/sinks/bigtablesink"
)

func TestConformance(t *testing.T) { conformance.Run(t, bigtablesink.Write()) }

func TestFailedBundlesLeakNothing(t *testing.T) { conformance.RunLeaks(t, bigtablesink.Write()) }
