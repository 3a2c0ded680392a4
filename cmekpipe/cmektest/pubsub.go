package cmektest

import (
	pubsub "cloud.google.com/go/pubsub/v2/apiv1"
	"cloud.google.com/go/pubsub/v2/apiv1/pubsubpb"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
)

// Topic makes a Pub/Sub topic of [Project] whose messages rest under key, with a subscription of the same id for
// [Cloud.Messages]. It returns the topic's full name. The zero KeyName makes a topic without a key, which
// [Cloud.RequireEncrypted] reports.
func (c *Cloud) Topic(id string, key cmekpipe.KeyName) string {
	c.t.Helper()
	ctx, name := c.t.Context(), "projects/"+Project+"/topics/"+id
	topics, err := pubsub.NewTopicAdminClient(ctx, c.ClientOptions(emulator.PubSub)...)
	if err != nil {
		c.t.Fatalf("cmektest: topic %s: %v", id, err)
	}
	defer topics.Close()
	if _, err := topics.CreateTopic(ctx, &pubsubpb.Topic{Name: name, KmsKeyName: key.String()}); err != nil {
		c.t.Fatalf("cmektest: topic %s: %v", id, err)
	}
	c.withSubscriptions(id, func(client *pubsub.SubscriptionAdminClient, subscription string) error {
		_, err := client.CreateSubscription(ctx, &pubsubpb.Subscription{Name: subscription, Topic: name, EnableMessageOrdering: true})
		return err
	})
	return name
}

// Messages returns what was published to a topic that [Cloud.Topic] made since the last call, and acknowledges it. The
// messages of an ordering key are in their order.
func (c *Cloud) Messages(id string) []*pubsubpb.PubsubMessage {
	c.t.Helper()
	var all []*pubsubpb.PubsubMessage
	c.withSubscriptions(id, func(client *pubsub.SubscriptionAdminClient, subscription string) error {
		for {
			//lint:ignore SA1019 the alternative waits for messages, and here there may be none
			req := &pubsubpb.PullRequest{Subscription: subscription, MaxMessages: 1000, ReturnImmediately: true}
			res, err := client.Pull(c.t.Context(), req)
			if err != nil || len(res.GetReceivedMessages()) == 0 {
				return err
			}
			ack := &pubsubpb.AcknowledgeRequest{Subscription: subscription}
			for _, m := range res.GetReceivedMessages() {
				all, ack.AckIds = append(all, m.GetMessage()), append(ack.AckIds, m.GetAckId())
			}
			if err := client.Acknowledge(c.t.Context(), ack); err != nil {
				return err
			}
		}
	})
	return all
}

// withSubscriptions hands a client and the full name of a subscription to do, and ends the test if that fails.
func (c *Cloud) withSubscriptions(id string, do func(*pubsub.SubscriptionAdminClient, string) error) {
	c.t.Helper()
	client, err := pubsub.NewSubscriptionAdminClient(c.t.Context(), c.ClientOptions(emulator.PubSub)...)
	if err == nil {
		defer client.Close()
		err = do(client, "projects/"+Project+"/subscriptions/"+id)
	}
	if err != nil {
		c.t.Fatalf("cmektest: subscription %s: %v", id, err)
	}
}
