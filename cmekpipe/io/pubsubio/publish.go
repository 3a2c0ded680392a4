package pubsubio

import (
	"context"
	"errors"

	"cloud.google.com/go/pubsub/v2/apiv1/pubsubpb"
	"golang.org/x/sync/errgroup"
	"google.golang.org/protobuf/proto"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// The limits of https://docs.cloud.google.com/pubsub/quotas#resource_limits, with room for a request's frame.
const (
	maxRequestMessages = 1000
	maxRequestBytes    = 10_000_000 - 1000
)

// How much a worker thread holds, and how much of it goes into a request. A smaller request than Pub/Sub accepts keeps
// several of them busy.
const (
	pendingMessages = 8 * maxRequestMessages
	pendingBytes    = 16_000_000
	requestBytes    = 2_000_000
	parallel        = 8
)

// checkMessage refuses a message that is empty or too large, for which Pub/Sub would refuse all other messages of the request
// too. Pub/Sub itself refuses what breaks its other limits, such as those of attributes.
func checkMessage(topic cmekpipe.PubSubTopic, m *pubsubpb.PubsubMessage) error {
	var reason string
	switch {
	case len(m.GetData()) == 0 && len(m.GetAttributes()) == 0:
		reason = "got a message without data and attributes"
	case proto.Size(m) > maxRequestBytes:
		reason = "got a message of more than 10 MB"
	default:
		return nil
	}
	return &cmekpipe.Error{Op: opWrite, Code: cmekpipe.InvalidOptions, Resource: topic.String(),
		Hint: "drop or split such messages before they are written", Err: errors.New(reason)}
}

// pending are messages that are yet to be published, in their order.
type pending struct {
	messages []*pubsubpb.PubsubMessage
	bytes    int
}

func (p *pending) add(m *pubsubpb.PubsubMessage) {
	// Pub/Sub sets the ID and the time; those of a message that was read before are dropped.
	out := &pubsubpb.PubsubMessage{Data: m.GetData(), Attributes: m.GetAttributes(), OrderingKey: m.GetOrderingKey()}
	p.messages = append(p.messages, out)
	p.bytes += proto.Size(out)
}

func (p *pending) full() bool { return len(p.messages) >= pendingMessages || p.bytes >= pendingBytes }

// requests splits the messages into lists of requests. Requests of a list must follow each other; lists are independent.
// All messages of a request must have the same ordering key.
func (p *pending) requests() [][][]*pubsubpb.PubsubMessage {
	var keys []string
	byKey := make(map[string][]*pubsubpb.PubsubMessage)
	for _, m := range p.messages {
		key := m.GetOrderingKey()
		if _, ok := byKey[key]; !ok {
			keys = append(keys, key)
		}
		byKey[key] = append(byKey[key], m)
	}
	var lists [][][]*pubsubpb.PubsubMessage
	for _, key := range keys {
		requests := split(byKey[key])
		if key != "" {
			lists = append(lists, requests)
			continue
		}
		for _, request := range requests {
			lists = append(lists, [][]*pubsubpb.PubsubMessage{request})
		}
	}
	return lists
}

// split cuts messages into requests within the limits.
func split(messages []*pubsubpb.PubsubMessage) (requests [][]*pubsubpb.PubsubMessage) {
	start, size := 0, 0
	for i, m := range messages {
		bytes := proto.Size(m)
		if i > start && (i-start == maxRequestMessages || size+bytes > requestBytes) {
			requests = append(requests, messages[start:i])
			start, size = i, 0
		}
		size += bytes
	}
	if start < len(messages) {
		requests = append(requests, messages[start:])
	}
	return requests
}

// flush publishes what is pending and returns when Pub/Sub has acknowledged all of it, or when a request failed and the
// others have ended. It checks the topic's key first if the last check is too old, because a bundle may run for hours.
func (f *writeFn) flush(ctx context.Context) error {
	if len(f.pending.messages) == 0 {
		return nil
	}
	if err := f.recheck(ctx); err != nil {
		return err
	}
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(parallel)
	for _, list := range f.pending.requests() {
		group.Go(func() error {
			for _, messages := range list {
				if err := f.publish(groupCtx, messages); err != nil {
					return err
				}
			}
			return nil
		})
	}
	f.pending = pending{}
	return f.policyHint(f.wrap(ctx, group.Wait()))
}

// publish sends one request. The client tries again for a minute where that may help.
func (f *writeFn) publish(ctx context.Context, messages []*pubsubpb.PubsubMessage) error {
	res, err := f.client.Publish(ctx, &pubsubpb.PublishRequest{Topic: f.Topic.String(), Messages: messages})
	if err != nil {
		return err
	}
	if got := len(res.GetMessageIds()); got != len(messages) {
		return &cmekpipe.Error{Op: opWrite, Code: cmekpipe.Internal, Resource: f.Topic.String(),
			Hint: "retry the job; if it happens again, report it: https://github.com/cmekpipe/cmekpipe-go/issues",
			Err:  errors.New("Pub/Sub acknowledged another number of messages than it was sent")}
	}
	return nil
}
