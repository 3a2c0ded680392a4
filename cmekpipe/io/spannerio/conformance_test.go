package spannerio_test

import (
	"testing"

	"github.com/cmekpipe/cmekpipe-go/internal/testing/conformance"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/conformance/sinks/spannersink"
)

func TestConformance(t *testing.T) {
	for name, h := range map[string]conformance.Harness{
		"existing": spannersink.Write(),
		"created":  spannersink.WriteCreating(),
	} {
		t.Run(name, func(t *testing.T) { conformance.Run(t, h) })
	}
}

func TestFailedBundlesLeakNothing(t *testing.T) { conformance.RunLeaks(t, spannersink.Write()) }
