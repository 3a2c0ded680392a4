package pubsubio_test

import (
	"context"
	"errors"
	"fmt"

	"cloud.google.com/go/pubsub/v2/apiv1/pubsubpb"
	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/testing/ptest"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/guard"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/pubsubio"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/location"
)

func printMessage(data []byte) { fmt.Printf("%s\n", data) }

func init() { register.Function1x0(printMessage) }

// startCloud starts a loopback cloud with the topic inbox, which is encrypted with key and has a subscription inbox.
func startCloud(key cmekpipe.KeyName) *emulator.Cloud {
	ctx := context.Background()
	cloud, err := emulator.Start()
	if err != nil {
		panic(err)
	}
	err = errors.Join(cloud.Setenv(), cloud.CreateKey(ctx, key), cloud.GrantKey(ctx, key, "bank-prod", emulator.PubSub),
		cloud.CreateTopic(ctx, "projects/bank-prod/topics/inbox", key))
	if err != nil {
		panic(err)
	}
	return cloud
}

func ExampleWrite() {
	key := cmekpipe.MustParseKey[location.Global]("projects/bank-keys/locations/global/keyRings/dataflow/cryptoKeys/messages")
	cloud := startCloud(key.Name())
	defer cloud.Close()

	p, s := beam.NewPipelineWithRoot()
	messages := beam.Create(s, []byte("entry 1"), []byte("entry 2"))
	pubsubio.Write(s, key.MustPubSubTopic("projects/bank-prod/topics/inbox"), messages)
	if err := ptest.Run(p); err != nil { // TestMain must call ptest.Main
		fmt.Println(err)
	}
	published, err := cloud.PullMessages(context.Background(), "projects/bank-prod/topics/inbox")
	if err != nil {
		fmt.Println(err)
	}
	for _, m := range published {
		fmt.Printf("%s\n", m.GetData())
	}
	// Unordered output:
	// entry 1
	// entry 2
}

// A missing topic is created with the key.
func ExampleWithCreateIfMissing() {
	key := cmekpipe.MustParseKey[location.Global]("projects/bank-keys/locations/global/keyRings/dataflow/cryptoKeys/messages")
	cloud := startCloud(key.Name())
	defer cloud.Close()

	p, s := beam.NewPipelineWithRoot()
	pubsubio.Write(s, key.MustPubSubTopic("projects/bank-prod/topics/entries"), beam.Create(s, []byte("entry 1")),
		pubsubio.WithCreateIfMissing())
	if err := ptest.Run(p); err != nil {
		fmt.Println(err)
	}
	created := cloud.Ledger()[len(cloud.Ledger())-1]
	fmt.Println(created.Name)
	fmt.Println(created.ProtectedBy())
	// Output:
	// projects/bank-prod/topics/entries
	// projects/bank-keys/locations/global/keyRings/dataflow/cryptoKeys/messages
}

// Pull reads on any runner; the limit lets a test end.
func ExamplePull() {
	key := cmekpipe.MustParseKey[location.Global]("projects/bank-keys/locations/global/keyRings/dataflow/cryptoKeys/messages")
	cloud := startCloud(key.Name())
	defer cloud.Close()
	err := cloud.PublishMessages(context.Background(), "projects/bank-prod/topics/inbox",
		&pubsubpb.PubsubMessage{Data: []byte("entry 1")}, &pubsubpb.PubsubMessage{Data: []byte("entry 2")})
	if err != nil {
		fmt.Println(err)
	}

	p, s := beam.NewPipelineWithRoot()
	beam.ParDo0(s, printMessage, pubsubio.Pull(s, "projects/bank-prod/subscriptions/inbox", pubsubio.WithLimit(2)))
	if err := ptest.Run(p); err != nil {
		fmt.Println(err)
	}
	// Unordered output:
	// entry 1
	// entry 2
}

// Only the Dataflow service runs Read. It stores nothing, so guard accepts it without a key.
func ExampleRead() {
	p, s := beam.NewPipelineWithRoot()
	pubsubio.Read(s, "bank-prod", pubsubio.ReadOptions{Subscription: "entries-in"})

	coverage, err := guard.Inspect(p)
	if err != nil {
		fmt.Println(err)
	}
	for _, t := range coverage.Transforms {
		fmt.Println(t.Verdict, t.Path())
	}
	// Output:
	// reads-only root/pubsubio.Read/pubsub_read
}

// Read requires an existing subscription.
func ExampleRead_topic() {
	_, s := beam.NewPipelineWithRoot()
	defer func() { fmt.Println(recover()) }()
	pubsubio.Read(s, "bank-prod", pubsubio.ReadOptions{Topic: "entries"})
	// Output: cmekpipe[unsupported] pubsubio.Read: "projects/bank-prod/topics/entries": reading from a topic creates a subscription without a check of the topic's key; hint: create a subscription: gcloud pubsub subscriptions create NAME --topic=projects/bank-prod/topics/entries, and set Subscription instead of Topic
}
