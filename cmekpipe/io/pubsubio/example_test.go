package pubsubio_test

import (
	"fmt"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/pubsubio"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/location"
)

func ExampleWrite() {
	key := cmekpipe.MustParseKey[location.Global]("projects/bank-keys/locations/global/keyRings/dataflow/cryptoKeys/messages")

	p, s := beam.NewPipelineWithRoot()
	messages := pubsubio.Read(s, "bank-prod", pubsubio.ReadOptions{Subscription: "entries-in"})
	pubsubio.Write(s, key.MustPubSubTopic("projects/bank-prod/topics/entries"), messages, pubsubio.WithCreateIfMissing())

	_, _, err := p.Build()
	fmt.Println("built:", err == nil)
	// Output: built: true
}

// On Dataflow, whose service reads the messages.
func ExampleRead() {
	p, s := beam.NewPipelineWithRoot()
	pubsubio.Read(s, "bank-prod", pubsubio.ReadOptions{Subscription: "entries-in"})

	_, _, err := p.Build()
	fmt.Println("built:", err == nil)
	// Output: built: true
}

// On any runner; the limit lets a test end.
func ExamplePull() {
	p, s := beam.NewPipelineWithRoot()
	pubsubio.Pull(s, "projects/bank-prod/subscriptions/entries-in", pubsubio.WithLimit(10))

	_, _, err := p.Build()
	fmt.Println("built:", err == nil)
	// Output: built: true
}

// Read requires an existing subscription.
func ExampleRead_topic() {
	_, s := beam.NewPipelineWithRoot()
	defer func() { fmt.Println(recover()) }()
	pubsubio.Read(s, "bank-prod", pubsubio.ReadOptions{Topic: "entries"})
	// Output: cmekpipe[unsupported] pubsubio.Read: "projects/bank-prod/topics/entries": reading from a topic creates a subscription without a check of the topic's key; hint: create a subscription: gcloud pubsub subscriptions create NAME --topic=projects/bank-prod/topics/entries, and set Subscription instead of Topic
}
