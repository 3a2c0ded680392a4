package datastoreio_test

import (
	"testing"

	"github.com/cmekpipe/cmekpipe-go/internal/testing/conformance"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/conformance/sinks"
)

func TestConformanceWrite(t *testing.T) { conformance.Run(t, sinks.DatastoreWrite()) }

func TestConformanceCreate(t *testing.T) { conformance.Run(t, sinks.DatastoreCreate()) }

func TestFailedBundlesLeakNothing(t *testing.T) { conformance.RunLeaks(t, sinks.DatastoreWrite()) }
