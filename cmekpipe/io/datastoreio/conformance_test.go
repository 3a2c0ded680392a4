package datastoreio_test

import (
	"testing"

	"github.com/cmekpipe/cmekpipe-go/internal/testing/conformance"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/conformance/sinks/datastoresink"
)

func TestConformanceWrite(t *testing.T) { conformance.Run(t, datastoresink.Write()) }

func TestConformanceCreate(t *testing.T) { conformance.Run(t, datastoresink.WriteCreating()) }

func TestFailedBundlesLeakNothing(t *testing.T) { conformance.RunLeaks(t, datastoresink.Write()) }
