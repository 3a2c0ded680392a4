package launch_test

import (
	"flag"
	"strings"
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/launch"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/rule"
)

func TestWorkersThatDoNotFitAreFindings(t *testing.T) {
	w := newWorld(t)
	const digest = "@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	for name, tc := range map[string]struct {
		change func(*cmekpipe.Config)
		id     rule.ID
		says   string // "" for no finding
	}{
		"Beam's own image":    {func(*cmekpipe.Config) {}, rule.ContainerImage, ""},
		"latest":              {image("apache/beam_go_sdk:latest"), rule.ContainerImage, "latest"},
		"no tag":              {image("gcr.io:443/bank/go"), rule.ContainerImage, "no tag"},
		"another version":     {image("apache/beam_go_sdk:2.50.0"), rule.ContainerImage, "2.50.0"},
		"a release candidate": {image("apache/beam_go_sdk:2.50.0rc1"), rule.ContainerImage, "2.50.0"},
		"this version":        {image("apache/beam_go_sdk:2.77.0"), rule.ContainerImage, ""},
		"a digest":            {image("apache/beam_go_sdk" + digest), rule.ContainerImage, ""},
		"the user's own tag":  {image("gcr.io/bank/go:release-7"), rule.ContainerImage, ""},
		"n2":                  {machine("n2-standard-4"), rule.LocalSSD, ""},
		"c3 with SSDs":        {machine("c3-standard-8-lssd"), rule.LocalSSD, "local SSDs"},
		"z3":                  {machine("z3-highmem-88"), rule.LocalSSD, "local SSDs"},
	} {
		planned, err := w.plan(harmless(), tc.change)
		if err != nil {
			t.Fatal(err)
		}
		found := planned.Findings.Of(tc.id)
		if tc.says == "" && len(found) > 0 || tc.says != "" && (len(found) != 1 || !strings.Contains(found[0].Detail, tc.says)) {
			t.Errorf("%s: got %+v, want %q", name, found, tc.says)
		}
	}
}

func image(name string) func(*cmekpipe.Config) {
	return func(c *cmekpipe.Config) { c.SDKContainerImage = name }
}

func machine(name string) func(*cmekpipe.Config) {
	return func(c *cmekpipe.Config) { c.MachineType = name }
}

// Dataflow says only that the job graph is too large.
func TestALargeGraphSaysWhatFillsIt(t *testing.T) {
	w := newWorld(t)
	p, s := beam.NewPipelineWithRoot()
	beam.ParDo(s.Scope("embedded"), shout, beam.Create(s, strings.Repeat("x", 11<<20)))
	planned, err := w.plan(p, nil)
	if err != nil {
		t.Fatal(err)
	}
	found := planned.Findings.Of(rule.GraphSize)
	if len(found) != 1 || !strings.Contains(found[0].Detail, "20971520") || !strings.Contains(found[0].Detail, "bytes in Impulse") &&
		!strings.Contains(found[0].Detail, "bytes in beam.createFn") && !strings.Contains(found[0].Detail, "create") {
		t.Errorf("got %+v, want the size, the limit and the transform that holds the element", found)
	}
	if planned, err = w.plan(harmless(), nil); err != nil || len(planned.Findings.Of(rule.GraphSize)) != 0 {
		t.Errorf("got %v and %v of a small graph", planned.Findings, err)
	}
}

// Beam would send the option to the workers; this module sends no flags, and says so.
func TestAnOptionWithTheNameOfAFlagIsRefused(t *testing.T) {
	if alone(t) {
		return
	}
	w := newWorld(t)
	flag.String("tenant", "", "")
	beam.PipelineOptions.Set("tenant", secret)
	for _, runner := range []string{"dataflow", "prism"} {
		opts := w.options(func(c *cmekpipe.Config) { c.Runner = runner })
		_, err := launch.Run(t.Context(), opts, harmless(), launch.WithHaste(), launch.WithProgress(nil))
		e := requireError(t, err, cmekpipe.InvalidOptions, "tenant")
		if strings.Contains(err.Error(), secret) || !strings.Contains(e.Hint, `beam.PipelineOptions.Set("my_tenant"`) {
			t.Errorf("%s: got %v, want what to do, and not the value", runner, err)
		}
	}
	requireNothing(t, w)
}
