package pubsubio_test

import (
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/pubsubio"
	"github.com/cmekpipe/cmekpipe-go/internal/destination"
)

// What guard relies on: one DoFn with the destination, the rest helpers.
func TestDestinationIsInTheGraph(t *testing.T) {
	key, err := cmekpipe.ParseKeyName("projects/bank-keys/locations/global/keyRings/prod/cryptoKeys/messages")
	if err != nil {
		t.Fatal(err)
	}
	topic := key.MustPubSubTopic("projects/bank-prod/topics/entries")
	p, s := beam.NewPipelineWithRoot()
	pubsubio.Write(s, topic, beam.ParDo(s, &blobFn{}, beam.Create(s, 1)))
	edges, _, err := p.Build()
	if err != nil {
		t.Fatal(err)
	}
	writers := 0
	for _, e := range edges {
		if e.DoFn == nil || e.Scope().Label != "pubsubio.Write" {
			continue
		}
		d, ok := destination.Of(e.DoFn.Recv)
		switch {
		case ok && (d.Name != topic.String() || d.Key != key):
			t.Errorf("got %+v, want %v under %v", d, topic, key)
		case ok:
			writers++
		case !destination.IsHelper(e.DoFn.Recv):
			t.Errorf("%s is neither a sink nor a helper", e.DoFn.Name())
		}
	}
	if writers != 1 {
		t.Errorf("got %d writers, want 1", writers)
	}
}
