package launch_test

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net/http"
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

// What the plan says of a large graph is said before the job is submitted, and Dataflow's refusal is explained, however the job
// comes to be.
func TestALargeGraphThatDataflowRefusesIsExplained(t *testing.T) {
	w := newWorld(t)
	w.squatter(nil) // the job to update
	large := func() *beam.Pipeline {
		p := streaming()
		beam.Create(p.Root(), strings.Repeat("x", 11<<20))
		return p
	}
	for name, change := range map[string]func(*cmekpipe.Config){
		"job":      func(c *cmekpipe.Config) { c.JobName = "large" },
		"update":   func(c *cmekpipe.Config) { c.Update = true },
		"template": func(c *cmekpipe.Config) { c.TemplateLocation = "gs://bank-work/large.json" },
	} {
		t.Run(name, func(t *testing.T) {
			intercept(t, dataflowHost, func(rw http.ResponseWriter, r *http.Request, service http.Handler) {
				if r.Method != http.MethodPost {
					service.ServeHTTP(rw, r)
					return
				}
				rw.Header().Set("Content-Type", "application/json")
				rw.WriteHeader(http.StatusBadRequest)
				io.WriteString(rw, `{"error":{"code":400,"status":"INVALID_ARGUMENT","message":"The job graph is too large. Please try again."}}`)
			})
			var log strings.Builder
			result, err := launch.Run(t.Context(), w.options(func(c *cmekpipe.Config) { c.Async = true; change(c) }), large(),
				launch.WithHaste(), launch.WithProgress(nil), launch.WithLogger(slog.New(slog.NewTextHandler(&log, nil))))
			if name == "template" {
				if err != nil {
					t.Fatal(err)
				}
			} else {
				e, ok := errors.AsType[*cmekpipe.Error](err)
				if !ok || e.Code != cmekpipe.InvalidOptions || !strings.Contains(err.Error(), "the job graph is larger than Dataflow accepts") ||
					!strings.HasPrefix(e.Hint, "read large data from files") {
					t.Errorf("got %v, want the cause and what to do", err)
				}
			}
			if found := result.Plan.Findings.Of(rule.GraphSize); len(found) != 1 || strings.Count(log.String(), "rule=CMEK015") != 1 {
				t.Errorf("got findings %v and log %s, want one of each on the graph", found, log.String())
			}
		})
	}
}

func TestPlanRefusesWhatRunRefusesOnOtherRunners(t *testing.T) {
	for name, tt := range map[string]struct {
		runner   string
		pipeline func() *beam.Pipeline
	}{
		"no job service":             {"universal", harmless},
		"a transform of another SDK": {"prism", streaming},
		"nothing":                    {"direct", harmless},
	} {
		t.Run(name, func(t *testing.T) {
			opts := newWorld(t).options(func(c *cmekpipe.Config) { c.Runner = tt.runner })
			_, planned := launch.Plan(t.Context(), opts, tt.pipeline(), launch.WithProgress(nil))
			_, ran := launch.Run(t.Context(), opts, tt.pipeline(), launch.WithProgress(nil))
			if got, want := fmt.Sprint(planned), strings.Replace(fmt.Sprint(ran), "launch.Run", "launch.Plan", 1); got != want {
				t.Errorf("got %s from Plan, want %s", got, want)
			}
			if (planned == nil) != (name == "nothing") {
				t.Errorf("got error %v", planned)
			}
		})
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
		_, planned := launch.Plan(t.Context(), opts, harmless(), launch.WithProgress(nil))
		if got, want := fmt.Sprint(planned), strings.Replace(err.Error(), "launch.Run", "launch.Plan", 1); got != want {
			t.Errorf("%s: got %s from Plan, want %s", runner, got, want)
		}
		if strings.Contains(err.Error(), secret) || !strings.Contains(e.Hint, `beam.PipelineOptions.Set("my_tenant"`) {
			t.Errorf("%s: got %v, want what to do, and not the value", runner, err)
		}
	}
	requireNothing(t, w)
}
