package guard_test

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/runtime/xlangx"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem"
	jobpb "github.com/apache/beam/sdks/v2/go/pkg/beam/model/jobmanagement_v1"
	pipepb "github.com/apache/beam/sdks/v2/go/pkg/beam/model/pipeline_v1"
	"github.com/google/go-cmp/cmp"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/guard"
)

func TestMain(m *testing.M) {
	flag.Bool("update", false, "write golden files and the table of package guard's documentation anew")
	flag.Parse()
	beam.Init()
	xlangx.RegisterHandler("fake", expand)
	for _, scheme := range []string{"cmekgs", "s3", "GS", "ftp"} {
		filesystem.Register(scheme, closed) // Beam's connectors look for the scheme when a pipeline is built
	}
	os.Exit(m.Run())
}

// closed is a filesystem that nothing in these tests opens.
func closed(context.Context) filesystem.Interface { panic("a test opened a file") }

// expand answers as an expansion service would, offline. What follows "fake:" is the URN of a transform inside.
func expand(_ context.Context, p *xlangx.HandlerParams) (*jobpb.ExpansionResponse, error) {
	components := p.Req.GetComponents()
	if components.Pcollections == nil {
		components.Pcollections = map[string]*pipepb.PCollection{}
	}
	outputs := map[string]string{}
	for _, out := range p.Outputs() {
		outputs[out.Local] = out.ID()
		components.Pcollections[out.ID()] = &pipepb.PCollection{UniqueName: out.ID(), IsBounded: out.Bounded}
	}
	components.Transforms = map[string]*pipepb.PTransform{"inner": {Spec: &pipepb.FunctionSpec{Urn: p.Config}}}
	return &jobpb.ExpansionResponse{
		Components: components,
		Transform:  &pipepb.PTransform{UniqueName: "expanded", Spec: p.Req.GetTransform().GetSpec(), Outputs: outputs},
	}, nil
}

// pipeline builds a pipeline below its root.
func pipeline(build func(beam.Scope)) *beam.Pipeline {
	p := beam.NewPipeline()
	build(p.Root())
	return p
}

func inspect(t *testing.T, p *beam.Pipeline) *guard.Coverage {
	t.Helper()
	c, err := guard.Inspect(p)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// findings are the transforms that are not neutral.
func findings(c *guard.Coverage) []guard.Transform {
	var out []guard.Transform
	for _, t := range c.Transforms {
		if t.Verdict != guard.Neutral {
			out = append(out, t)
		}
	}
	return out
}

// golden compares a text with a file of folder testdata, or writes the file with -update.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if updating() {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got), go test -update writes it anew:\n%s", path, diff)
	}
}

func updating() bool { return flag.Lookup("update").Value.String() == "true" }
