package loopback

import (
	"context"
	"errors"
	"strings"

	pubsub "cloud.google.com/go/pubsub/v2/apiv1"
	"cloud.google.com/go/pubsub/v2/apiv1/pubsubpb"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
)

// Publish makes a topic under its key with a subscription of the same id, and publishes messages to it.
func (c *Cloud) Publish(ctx context.Context, topic cmekpipe.PubSubTopic, messages ...string) error {
	topics, err := pubsub.NewTopicAdminClient(ctx, c.ClientOptions(emulator.PubSub)...)
	if err != nil {
		return err
	}
	defer topics.Close()
	subscriptions, err := pubsub.NewSubscriptionAdminClient(ctx, c.ClientOptions(emulator.PubSub)...)
	if err != nil {
		return err
	}
	defer subscriptions.Close()
	req := &pubsubpb.PublishRequest{Topic: topic.String()}
	for _, text := range messages {
		req.Messages = append(req.Messages, &pubsubpb.PubsubMessage{Data: []byte(text)})
	}
	_, topicErr := topics.CreateTopic(ctx, &pubsubpb.Topic{Name: topic.String(), KmsKeyName: topic.Key().String()})
	_, subscriptionErr := subscriptions.CreateSubscription(ctx, &pubsubpb.Subscription{
		Name: strings.Replace(topic.String(), "/topics/", "/subscriptions/", 1), Topic: topic.String(),
	})
	_, publishErr := topics.Publish(ctx, req)
	return errors.Join(topicErr, subscriptionErr, publishErr)
}
