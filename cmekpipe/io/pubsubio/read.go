package pubsubio

import (
	"errors"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/pubsubio"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/util/pubsubx"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

const opRead = "pubsubio.Read"

// ReadOptions is Beam's type for what [Read] reads and how.
type ReadOptions = pubsubio.ReadOptions

// Read is Beam's pubsubio.Read: it reads from an existing subscription, as an unbounded PCollection<[]byte>, or
// PCollection<*PubsubMessage> with ReadOptions.WithAttributes. The Dataflow service executes it; use [Pull] on other runners.
//
// Read panics with a [*cmekpipe.Error] when the pipeline is built if Topic is set (Unsupported): Dataflow would create a
// subscription whose backlog is encrypted with whatever key the topic has, and nothing could check that key first. Create
// the subscription on a topic with your key instead. Read also panics if Subscription is empty (InvalidOptions).
func Read(s beam.Scope, project string, opts ReadOptions) beam.PCollection {
	if opts.Topic != "" {
		topic := pubsubx.MakeQualifiedTopicName(project, opts.Topic)
		panic(&cmekpipe.Error{Op: opRead, Code: cmekpipe.Unsupported, Resource: topic,
			Hint: "create a subscription: gcloud pubsub subscriptions create NAME --topic=" + topic + ", and set Subscription instead of Topic",
			Err:  errors.New("reading from a topic creates a subscription without a check of the topic's key")})
	}
	if opts.Subscription == "" {
		panic(&cmekpipe.Error{Op: opRead, Code: cmekpipe.InvalidOptions, Resource: "source",
			Hint: "set ReadOptions.Subscription", Err: errors.New("got no subscription to read from")})
	}
	return pubsubio.Read(s, project, opts)
}
