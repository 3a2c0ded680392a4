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
	pubsubio.Write(s, key.MustPubSubTopic("projects/bank-prod/topics/entries"), messages)

	_, _, err := p.Build()
	fmt.Println("built:", err == nil)
	// Output: built: true
}

// A topic is read through a subscription that exists.
func ExampleRead_topic() {
	_, s := beam.NewPipelineWithRoot()
	defer func() { fmt.Println(recover()) }()
	pubsubio.Read(s, "bank-prod", pubsubio.ReadOptions{Topic: "entries"})
	// Output: cmekpipe[unsupported] pubsubio.Read: "projects/bank-prod/topics/entries": reading from a topic makes a subscription under a key that nothing looks at; hint: make a subscription: gcloud pubsub subscriptions create NAME --topic=projects/bank-prod/topics/entries, and set Subscription instead of Topic
}
