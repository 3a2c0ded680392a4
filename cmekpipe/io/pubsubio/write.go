package pubsubio

import (
	"context"
	"errors"
	"fmt"
	"reflect"

	"cloud.google.com/go/pubsub/v2/apiv1/pubsubpb"
	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/location"
	"github.com/cmekpipe/cmekpipe-go/internal/destination"
	"github.com/cmekpipe/cmekpipe-go/internal/keycheck"
	"github.com/cmekpipe/cmekpipe-go/internal/pcollection"
)

const opWrite = "pubsubio.Write"

// WriteOption changes how [Write] writes.
type WriteOption func(*writeOptions)

type writeOptions struct{ create bool }

// WithCreateIfMissing makes [Write] create the topic with its key if it does not exist at the start of the run. The topic
// has default settings otherwise, and no subscription: messages that are published before somebody subscribes are lost. Use
// infrastructure code if the topic needs a message storage policy or retention. No message is published before that step
// ended, so that the runner may have to store the first ones. A topic that is deleted while a job runs is an error. Default:
// a missing topic is an error.
func WithCreateIfMissing() WriteOption { return func(o *writeOptions) { o.create = true } }

// Write publishes a PCollection<[]byte>, each element as the data of a message, or a PCollection<*PubsubMessage>, the
// type of cloud.google.com/go/pubsub/v2/apiv1/pubsubpb, which Beam names after google.golang.org/genproto. Of those, data,
// attributes and ordering key are published. Each message is published at least once, after the topic's key was checked.
//
// A message must have data or at least one attribute, and at most 10 MB, see
// https://docs.cloud.google.com/pubsub/quotas#resource_limits; otherwise it fails the bundle.
//
// Write panics with a [*cmekpipe.Error] when the pipeline is built: for the zero PubSubTopic (KeyMissing), a key that can't
// encrypt topics (LocationMismatch), and elements of another type (InvalidOptions).
func Write(s beam.Scope, to cmekpipe.PubSubTopic, col beam.PCollection, opts ...WriteOption) {
	s = s.Scope(opWrite)
	if err := check(to, col); err != nil {
		panic(err)
	}
	if col.Type().Type() == reflect.TypeFor[[]byte]() {
		col = beam.ParDo(s, &wrapFn{}, col)
	}
	var o writeOptions
	for _, opt := range opts {
		opt(&o)
	}
	if o.create {
		col = pcollection.After(s, beam.ParDo(s, &createFn{topic{Topic: to}}, beam.Impulse(s)), col)
	}
	beam.ParDo0(s, &writeFn{topic: topic{Topic: to}}, col)
}

// check refuses topics and elements that can't be used.
func check(topic cmekpipe.PubSubTopic, col beam.PCollection) error {
	if !topic.Valid() {
		return &cmekpipe.Error{Op: opWrite, Code: cmekpipe.KeyMissing, Resource: "destination",
			Hint: "create it from a key: key.PubSubTopic(\"projects/PROJECT/topics/TOPIC\")",
			Err:  errors.New("got the zero PubSubTopic, want one created from a key")}
	}
	if err := keycheck.Location(opWrite, topic.String(), topic.Key(), location.ForTopic(topic.Key().Location())); err != nil {
		return err
	}
	e := &cmekpipe.Error{Op: opWrite, Code: cmekpipe.InvalidOptions, Resource: topic.String()}
	if !col.IsValid() {
		e.Hint, e.Err = "pass a collection that a transform returned", errors.New("got the zero PCollection")
		return e
	}
	switch col.Type().Type() {
	case reflect.TypeFor[[]byte](), reflect.TypeFor[*pubsubpb.PubsubMessage]():
		return nil
	}
	e.Hint = "encode the elements first"
	e.Err = fmt.Errorf("got a PCollection of %v, want one of []byte or *pubsubpb.PubsubMessage", col.Type())
	return e
}

// wrapFn converts data to messages.
type wrapFn struct{}

// ProcessElement returns a message with the data.
func (*wrapFn) ProcessElement(data []byte) *pubsubpb.PubsubMessage {
	return &pubsubpb.PubsubMessage{Data: data}
}

// CMEKHelper tells guard that nothing is created here.
func (*wrapFn) CMEKHelper() destination.None { return destination.None{} }

// writeFn publishes messages, in requests of many.
type writeFn struct {
	topic
	pending pending
}

// StartBundle checks the topic's key if the last check is too old, and drops what a failed bundle left.
func (f *writeFn) StartBundle(ctx context.Context) error {
	f.pending = pending{}
	return f.recheck(ctx)
}

// ProcessElement adds a message and publishes when there are enough.
func (f *writeFn) ProcessElement(ctx context.Context, m *pubsubpb.PubsubMessage) error {
	if err := checkMessage(f.Topic, m); err != nil {
		return err
	}
	f.pending.add(m)
	if !f.pending.full() {
		return nil
	}
	return f.flush(ctx)
}

// FinishBundle publishes the rest. When it returns, Pub/Sub has acknowledged every message of the bundle.
func (f *writeFn) FinishBundle(ctx context.Context) error { return f.flush(ctx) }
