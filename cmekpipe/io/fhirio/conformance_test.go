package fhirio_test

import (
	"testing"

	"github.com/cmekpipe/cmekpipe-go/internal/testing/conformance"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/conformance/sinks/fhirsink"
)

func TestConformance(t *testing.T) {
	for name, h := range map[string]conformance.Harness{
		"import":  fhirsink.Import(),
		"bundles": fhirsink.ExecuteBundles(),
	} {
		t.Run(name, func(t *testing.T) { conformance.Run(t, h) })
	}
}

func TestFailedBundlesLeakNothing(t *testing.T) {
	for name, h := range map[string]conformance.Harness{
		"import":  fhirsink.Import(),
		"bundles": fhirsink.ExecuteBundles(),
	} {
		t.Run(name, func(t *testing.T) { conformance.RunLeaks(t, h) })
	}
}
