package pubsubio

import (
	"errors"

	"cloud.google.com/go/pubsub/v2/apiv1/pubsubpb"
	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/typex"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/util/protox"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/util/reflectx"
	pipepb "github.com/apache/beam/sdks/v2/go/pkg/beam/model/pipeline_v1"
	"google.golang.org/protobuf/proto"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/destination"
)

const (
	opRead  = "pubsubio.Read"
	readURN = "beam:transform:pubsub_read:v1" // Beam's, which Dataflow executes
)

// ReadOptions says what [Read] reads and how. Its fields are those of Beam's.
type ReadOptions struct {
	// Topic must be empty, see [Read]. It is here so that code written for Beam is refused with a reason.
	Topic string
	// Subscription is the name of a subscription in the project: "entries-in".
	Subscription string
	// IDAttribute names the attribute that identifies a message. Dataflow drops a second message with the same value.
	IDAttribute string
	// TimestampAttribute names the attribute that holds a message's event time. Default: when it was published.
	TimestampAttribute string
	// WithAttributes makes the elements messages with their attributes. Default: the data only.
	WithAttributes bool
}

// Read reads from a subscription that exists, as an unbounded PCollection<[]byte>, or PCollection<*PubsubMessage> with
// ReadOptions.WithAttributes. It builds the same transform as Beam's pubsubio.Read: Dataflow executes it, and other runners
// refuse it.
//
// Read panics with a [*cmekpipe.Error] when the pipeline is built if Topic is set (Unsupported): Dataflow would then
// create a subscription, whose backlog is encrypted with whatever key the topic has, and nothing could check that key
// first. Create a subscription on a topic that is encrypted with your key instead. It also panics if Subscription is empty
// (InvalidOptions).
func Read(s beam.Scope, project string, opts ReadOptions) beam.PCollection {
	if opts.Topic != "" {
		topic := "projects/" + project + "/topics/" + opts.Topic
		panic(&cmekpipe.Error{Op: opRead, Code: cmekpipe.Unsupported, Resource: topic,
			Hint: "create a subscription: gcloud pubsub subscriptions create NAME --topic=" + topic + ", and set Subscription instead of Topic",
			Err:  errors.New("reading from a topic creates a subscription without a check of the topic's key")})
	}
	if opts.Subscription == "" {
		panic(&cmekpipe.Error{Op: opRead, Code: cmekpipe.InvalidOptions, Resource: "source",
			Hint: "set ReadOptions.Subscription", Err: errors.New("got no subscription to read from")})
	}
	s = s.Scope(opRead)
	payload := protox.MustEncode(&pipepb.PubSubReadPayload{
		Subscription:       "projects/" + project + "/subscriptions/" + opts.Subscription,
		IdAttribute:        opts.IDAttribute,
		TimestampAttribute: opts.TimestampAttribute,
		WithAttributes:     opts.WithAttributes,
	})
	messages := beam.External(s, readURN, payload, nil, []beam.FullType{typex.New(reflectx.ByteSlice)}, false)[0]
	if opts.WithAttributes {
		return beam.ParDo(s, &decodeFn{}, messages)
	}
	return messages
}

// decodeFn decodes messages as Dataflow hands them over when it reads them with their attributes.
type decodeFn struct{}

// ProcessElement decodes one message.
func (*decodeFn) ProcessElement(encoded []byte) (*pubsubpb.PubsubMessage, error) {
	m := new(pubsubpb.PubsubMessage)
	if err := proto.Unmarshal(encoded, m); err != nil {
		return nil, &cmekpipe.Error{Op: opRead, Code: cmekpipe.Internal, Resource: "message",
			Hint: "report it with the version of Beam in go.mod",
			Err:  errors.New("got an element from Dataflow that is not an encoded PubsubMessage")}
	}
	return m, nil
}

// CMEKHelper tells guard that nothing is created here.
func (*decodeFn) CMEKHelper() destination.None { return destination.None{} }
