package bigtableio_test

import (
	"testing"

	"github.com/cmekpipe/cmekpipe-go/internal/conformance"
	"github.com/cmekpipe/cmekpipe-go/internal/conformance/sinks"
)

func TestConformance(t *testing.T) { conformance.Run(t, sinks.BigtableIO()) }
