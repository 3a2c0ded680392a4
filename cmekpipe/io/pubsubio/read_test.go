package pubsubio_test

import (
	"testing"

	"cloud.google.com/go/pubsub/v2/apiv1/pubsubpb"
	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/graph"
	pipepb "github.com/apache/beam/sdks/v2/go/pkg/beam/model/pipeline_v1"
	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/pubsubio"
	"github.com/cmekpipe/cmekpipe-go/internal/destination"
)

// readEdges builds a pipeline that reads, and returns what Read added to it: the transform that Dataflow executes, and
// the DoFn behind it, if there is one.
func readEdges(t *testing.T, opts pubsubio.ReadOptions) (read, decode *graph.MultiEdge, elements beam.PCollection) {
	t.Helper()
	p, s := beam.NewPipelineWithRoot()
	elements = pubsubio.Read(s, "bank-prod", opts)
	edges, _, err := p.Build()
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range edges {
		if got := e.Scope().Label; got != "pubsubio.Read" {
			t.Errorf("got %v in scope %q, want pubsubio.Read", e, got)
		}
		switch e.Op {
		case graph.External:
			read = e
		case graph.ParDo:
			decode = e
		}
	}
	if read == nil {
		t.Fatalf("got %v, want a transform that the runner executes", edges)
	}
	return read, decode, elements
}

func TestReadBuildsTheTransformThatDataflowExecutes(t *testing.T) {
	tests := []struct {
		name string
		opts pubsubio.ReadOptions
		want *pipepb.PubSubReadPayload
	}{
		{"data only", pubsubio.ReadOptions{Subscription: "tail"},
			&pipepb.PubSubReadPayload{Subscription: "projects/bank-prod/subscriptions/tail"}},
		{"everything", pubsubio.ReadOptions{Subscription: "tail", IDAttribute: "id", TimestampAttribute: "at", WithAttributes: true},
			&pipepb.PubSubReadPayload{Subscription: "projects/bank-prod/subscriptions/tail", IdAttribute: "id", TimestampAttribute: "at", WithAttributes: true}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			read, decode, elements := readEdges(t, tt.opts)
			if got, want := read.Payload.URN, "beam:transform:pubsub_read:v1"; got != want {
				t.Errorf("got URN %q, want %q", got, want)
			}
			got := new(pipepb.PubSubReadPayload)
			if err := proto.Unmarshal(read.Payload.Data, got); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got, protocmp.Transform()); diff != "" {
				t.Errorf("payload differs (-want +got):\n%s", diff)
			}
			if out := read.Output[0].To; out.Bounded() || out.Type().Type().String() != "[]uint8" {
				t.Errorf("got output of type %v, bounded: %v, want unbounded []uint8", out.Type(), out.Bounded())
			}
			want := "[]uint8"
			if tt.opts.WithAttributes {
				want = "*pubsubpb.PubsubMessage"
			}
			if got := elements.Type().Type().String(); got != want {
				t.Errorf("got elements of type %s, want %s", got, want)
			}
			if (decode != nil) != tt.opts.WithAttributes {
				t.Errorf("got DoFn %v, want one only if elements have attributes", decode)
			}
		})
	}
}

func TestReadDecodesMessagesWithAttributes(t *testing.T) {
	_, edge, _ := readEdges(t, pubsubio.ReadOptions{Subscription: "tail", WithAttributes: true})
	if !destination.IsHelper(edge.DoFn.Recv) {
		t.Errorf("%s is not marked as a helper, which guard relies on", edge.DoFn.Name())
	}
	decode, ok := edge.DoFn.Recv.(interface {
		ProcessElement([]byte) (*pubsubpb.PubsubMessage, error)
	})
	if !ok {
		t.Fatalf("got DoFn %T, want one that decodes messages", edge.DoFn.Recv)
	}
	want := &pubsubpb.PubsubMessage{Data: []byte("m"), Attributes: map[string]string{"id": "1"}, OrderingKey: "o", MessageId: "7"}
	encoded, err := proto.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	got, err := decode.ProcessElement(encoded)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got, protocmp.Transform()); diff != "" {
		t.Errorf("message differs (-want +got):\n%s", diff)
	}
	_, err = decode.ProcessElement([]byte("\xff secret"))
	requireCode(t, err, cmekpipe.Internal)
}
