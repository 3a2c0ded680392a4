package guard_test

import (
	"os"
	"strings"
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/rule"
)

func TestABeamThatTheCatalogueDoesNotDescribeIsAFinding(t *testing.T) {
	c := inspect(t, pipeline(func(s beam.Scope) { beam.Impulse(s) }))
	if got := c.Findings().Of(rule.OtherBeam); c.Beam != core.SdkVersion || len(got) != 0 {
		t.Errorf("got Beam %s and %v, want %s, which the catalogue describes", c.Beam, got, core.SdkVersion)
	}
	c.Beam = "2.99.0"
	if got := c.Findings().Of(rule.OtherBeam); len(got) != 1 || !strings.Contains(got[0].Detail, "got Beam 2.99.0, want "+core.SdkVersion) {
		t.Errorf("got %v, want both versions", got)
	}
	gomod, err := os.ReadFile("../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(gomod), "github.com/apache/beam/sdks/v2 v"+core.SdkVersion) {
		t.Errorf("got another Beam in go.mod than %s: compare the catalogue with it", core.SdkVersion)
	}
}
