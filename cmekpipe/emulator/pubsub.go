package emulator

import (
	"context"
	"errors"
	"fmt"
	"strings"

	pubsub "cloud.google.com/go/pubsub/v2/apiv1"
	"cloud.google.com/go/pubsub/v2/apiv1/pubsubpb"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// CreateTopic creates a Pub/Sub topic, named "projects/PROJECT/topics/TOPIC", whose messages key encrypts, and the
// subscription "projects/PROJECT/subscriptions/TOPIC", which delivers messages with the same ordering key in order. The
// zero KeyName creates a topic without a key.
func (c *Cloud) CreateTopic(ctx context.Context, topic string, key cmekpipe.KeyName) error {
	subscription, err := subscriptionOf(topic)
	if err != nil {
		return err
	}
	topics, err := pubsub.NewTopicAdminClient(ctx, c.ClientOptions(PubSub)...)
	if err != nil {
		return failure("create topic", topic, err)
	}
	defer topics.Close()
	if _, err := topics.CreateTopic(ctx, &pubsubpb.Topic{Name: topic, KmsKeyName: key.String()}); err != nil {
		return failure("create topic", topic, err)
	}
	return c.withSubscriptions(ctx, "create subscription", subscription, func(client *pubsub.SubscriptionAdminClient) error {
		_, err := client.CreateSubscription(ctx, &pubsubpb.Subscription{
			Name: subscription, Topic: topic, EnableMessageOrdering: true})
		return err
	})
}

// PublishMessages publishes messages to a topic, in order. Each must have data or an attribute.
func (c *Cloud) PublishMessages(ctx context.Context, topic string, messages ...*pubsubpb.PubsubMessage) error {
	client, err := pubsub.NewTopicAdminClient(ctx, c.ClientOptions(PubSub)...)
	if err != nil {
		return failure("publish to", topic, err)
	}
	defer client.Close()
	_, err = client.Publish(ctx, &pubsubpb.PublishRequest{Topic: topic, Messages: messages})
	return failure("publish to", topic, err)
}

// PullMessages returns and acknowledges the messages that were published to a topic of [Cloud.CreateTopic] since the
// last call. Messages with the same ordering key are in order.
func (c *Cloud) PullMessages(ctx context.Context, topic string) (messages []*pubsubpb.PubsubMessage, err error) {
	subscription, err := subscriptionOf(topic)
	if err != nil {
		return nil, err
	}
	err = c.withSubscriptions(ctx, "pull from", subscription, func(client *pubsub.SubscriptionAdminClient) error {
		for {
			//lint:ignore SA1019 the alternative waits for messages, and here there may be none
			request := &pubsubpb.PullRequest{Subscription: subscription, MaxMessages: 1000, ReturnImmediately: true}
			answer, err := client.Pull(ctx, request)
			if err != nil || len(answer.GetReceivedMessages()) == 0 {
				return err
			}
			ack := &pubsubpb.AcknowledgeRequest{Subscription: subscription}
			for _, m := range answer.GetReceivedMessages() {
				messages, ack.AckIds = append(messages, m.GetMessage()), append(ack.AckIds, m.GetAckId())
			}
			if err := client.Acknowledge(ctx, ack); err != nil {
				return err
			}
		}
	})
	return messages, err
}

// subscriptionOf returns the subscription that CreateTopic creates for a topic.
func subscriptionOf(topic string) (string, error) {
	project, id, ok := strings.Cut(topic, "/topics/")
	if !ok || !strings.HasPrefix(project, "projects/") || id == "" {
		return "", fmt.Errorf("emulator: got topic %q, want projects/PROJECT/topics/TOPIC", topic)
	}
	return project + "/subscriptions/" + id, nil
}

func (c *Cloud) withSubscriptions(ctx context.Context, op, name string, do func(*pubsub.SubscriptionAdminClient) error) error {
	client, err := pubsub.NewSubscriptionAdminClient(ctx, c.ClientOptions(PubSub)...)
	if err != nil {
		return failure(op, name, err)
	}
	return failure(op, name, errors.Join(do(client), client.Close()))
}
