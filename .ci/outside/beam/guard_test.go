// Package beam inspects pipelines of Beam's pubsubio. That package needs a release of google.golang.org/genproto which
// still has Pub/Sub's types. The tests of package guard can't import it: every user's module would need that release too.
package beam

import (
	"testing"

	"cloud.google.com/go/pubsub/v2/apiv1/pubsubpb"
	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/pubsubio"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/testing/ptest"
	"github.com/google/go-cmp/cmp"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/guard"
)

func TestMain(m *testing.M) { ptest.Main(m) }

// finding is what guard says of a transform.
type finding struct {
	Path        string
	Verdict     guard.Verdict
	Destination string
}

const (
	topic        = "projects/bank-prod/topics/entries"
	subscription = "projects/bank-prod/subscriptions/tail"
	writePath    = "root/pubsubio.Write/pubsub_write"
	readPath     = "root/pubsubio.Read/pubsub_read"
)

func TestGuardJudgesBeamsPubSub(t *testing.T) {
	tests := []struct {
		name  string
		build func(beam.Scope)
		want  finding // the only transform that is not neutral
	}{
		{"write data", func(s beam.Scope) {
			pubsubio.Write(s, "bank-prod", "entries", beam.Create(s, []byte("m")))
		}, finding{writePath, guard.Unprotected, topic}},
		{"write messages", func(s beam.Scope) {
			pubsubio.Write(s, "bank-prod", "entries", beam.Create(s, &pubsubpb.PubsubMessage{Data: []byte("m")}))
		}, finding{writePath, guard.Unprotected, topic}},
		{"read from a topic", func(s beam.Scope) {
			pubsubio.Read(s, "bank-prod", pubsubio.ReadOptions{Topic: "entries"})
		}, finding{readPath, guard.Unprotected, topic}},
		{"read from a subscription", func(s beam.Scope) {
			pubsubio.Read(s, "bank-prod", pubsubio.ReadOptions{Subscription: "tail"})
		}, finding{readPath, guard.ReadsOnly, subscription}},
		{"read with attributes", func(s beam.Scope) {
			pubsubio.Read(s, "bank-prod", pubsubio.ReadOptions{Subscription: "tail", WithAttributes: true})
		}, finding{readPath, guard.ReadsOnly, subscription}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, s := beam.NewPipelineWithRoot()
			tt.build(s)
			coverage, err := guard.Inspect(p)
			if err != nil {
				t.Fatal(err)
			}
			var got []finding
			for _, transform := range coverage.Transforms {
				if transform.Verdict != guard.Neutral {
					got = append(got, finding{transform.Path(), transform.Verdict, transform.Destination})
				}
			}
			if diff := cmp.Diff([]finding{tt.want}, got); diff != "" {
				t.Errorf("findings differ (-want +got):\n%s", diff)
			}
		})
	}
}
