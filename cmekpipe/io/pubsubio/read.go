package pubsubio

import (
	"errors"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/pubsubio"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/util/pubsubx"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

const opRead = "pubsubio.Read"

// ReadOptions says what [Read] reads and how. It is Beam's.
type ReadOptions = pubsubio.ReadOptions

// Read is Beam's pubsubio.Read: it reads from a subscription that exists, as an unbounded PCollection<[]byte>, or
// PCollection<*PubsubMessage> with ReadOptions.WithAttributes. Dataflow executes it itself; other runners refuse it.
//
// Read panics with a [*cmekpipe.Error] when the pipeline is built if Topic is set (Unsupported): Dataflow would then make
// a subscription, whose backlog rests under whatever key the topic has, and nothing could look at that key before. Make
// the subscription on a topic of your key instead. It panics too if Subscription is empty (InvalidOptions).
func Read(s beam.Scope, project string, opts ReadOptions) beam.PCollection {
	if opts.Topic != "" {
		topic := pubsubx.MakeQualifiedTopicName(project, opts.Topic)
		panic(&cmekpipe.Error{Op: opRead, Code: cmekpipe.Unsupported, Resource: topic,
			Hint: "make a subscription: gcloud pubsub subscriptions create NAME --topic=" + topic + ", and set Subscription instead of Topic",
			Err:  errors.New("reading from a topic makes a subscription under a key that nothing looks at")})
	}
	if opts.Subscription == "" {
		panic(&cmekpipe.Error{Op: opRead, Code: cmekpipe.InvalidOptions, Resource: "source",
			Hint: "set ReadOptions.Subscription", Err: errors.New("got no subscription to read from")})
	}
	return pubsubio.Read(s, project, opts)
}
