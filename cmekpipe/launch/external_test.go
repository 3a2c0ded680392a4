package launch_test

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/runtime/xlangx"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/xlang/kafkaio"
	jobpb "github.com/apache/beam/sdks/v2/go/pkg/beam/model/jobmanagement_v1"
	pipepb "github.com/apache/beam/sdks/v2/go/pkg/beam/model/pipeline_v1"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/xlang/bigqueryio"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/launch"
)

// expand stands for an expansion service of another SDK.
func expand(_ context.Context, p *xlangx.HandlerParams) (*jobpb.ExpansionResponse, error) {
	components, outputs := p.Req.GetComponents(), make(map[string]string)
	if components.Pcollections == nil {
		components.Pcollections = make(map[string]*pipepb.PCollection)
	}
	for _, out := range p.Outputs() {
		outputs[out.Local] = out.ID()
		components.Pcollections[out.ID()] = &pipepb.PCollection{UniqueName: out.ID(), IsBounded: out.Bounded}
	}
	return &jobpb.ExpansionResponse{
		Components: components,
		Transform:  &pipepb.PTransform{UniqueName: "expanded", Spec: p.Req.GetTransform().GetSpec(), Outputs: outputs},
	}, nil
}

type ledgerEntry struct{ Name string }

func init() { beam.RegisterType(reflect.TypeFor[ledgerEntry]()) }

// Each refusal says what is missing for this transform.
func TestTransformsOfOtherSDKsAreRefused(t *testing.T) {
	w := newWorld(t)
	read := func(s beam.Scope) { kafkaio.Read(s, "offline:", "broker:1", []string{"entries"}) }
	write := func(s beam.Scope) {
		kafkaio.Write(s, "offline:", "broker:1", "entries", beam.ParDo(s, toKV, beam.Create(s, "a")))
	}
	load := func(s beam.Scope) {
		bigqueryio.Write(s, w.key.MustBigQueryTable("bank-prod.ledger.entries"), beam.Create(s, ledgerEntry{"a"}), bigqueryio.WithExpansionAddr("offline:"))
	}
	for _, tc := range []struct {
		name, runner string
		build        func(beam.Scope)
		says         string
	}{
		{"outside Cloud KMS", "dataflow", write, "guard finds it no-cmek"},
		{"reads on Prism", "prism", read, "whose workers this process does not run"},
		{"protected on Prism", "prism", load, "whose workers this process does not run"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p, s := beam.NewPipelineWithRoot()
			tc.build(s)
			opts := w.options(func(c *cmekpipe.Config) { c.Runner = tc.runner })
			_, err := launch.Run(t.Context(), opts, p, launch.WithHaste(), launch.WithProgress(w.said))
			e, ok := errors.AsType[*cmekpipe.Error](err)
			if !ok || e.Code != cmekpipe.Unsupported || !strings.HasPrefix(e.Resource, "root/") || e.Hint == "" {
				t.Fatalf("got error %v, want code %q, the transform and a hint", err, cmekpipe.Unsupported)
			}
			if !strings.Contains(e.Err.Error(), tc.says) {
				t.Errorf("got %q, want it to say %q", e.Err, tc.says)
			}
			requireNothing(t, w)
		})
	}
}

func toKV(s string) ([]byte, []byte) { return []byte(s), []byte(s) }
