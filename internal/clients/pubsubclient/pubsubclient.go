// Package pubsubclient creates clients of Pub/Sub. The clients themselves read PUBSUB_EMULATOR_HOST.
package pubsubclient

import (
	"context"

	pubsub "cloud.google.com/go/pubsub/v2/apiv1"

	"github.com/cmekpipe/cmekpipe-go/internal/clients/endpoint"
)

// Topics returns a client that manages topics and publishes to them.
func Topics(ctx context.Context) (*pubsub.TopicAdminClient, error) {
	client, err := pubsub.NewTopicAdminClient(ctx)
	if err != nil {
		return nil, err
	}
	calls := client.CallOptions
	calls.GetTopic, calls.CreateTopic = append(calls.GetTopic, endpoint.Retry()), append(calls.CreateTopic, endpoint.Retry())
	return client, nil
}

// Subscriptions returns a client that pulls from subscriptions.
func Subscriptions(ctx context.Context) (*pubsub.SubscriptionAdminClient, error) {
	client, err := pubsub.NewSubscriptionAdminClient(ctx)
	if err != nil {
		return nil, err
	}
	calls := client.CallOptions
	calls.Pull, calls.Acknowledge = append(calls.Pull, endpoint.Retry()), append(calls.Acknowledge, endpoint.Retry())
	calls.ModifyAckDeadline = append(calls.ModifyAckDeadline, endpoint.Retry())
	return client, nil
}
