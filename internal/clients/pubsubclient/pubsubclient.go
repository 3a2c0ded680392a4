// Package pubsubclient creates clients of Pub/Sub. The clients themselves read PUBSUB_EMULATOR_HOST.
package pubsubclient

import (
	"context"
	"os"

	pubsub "cloud.google.com/go/pubsub/v2/apiv1"
	"google.golang.org/api/option"

	"github.com/cmekpipe/cmekpipe-go/internal/clients/endpoint"
	"github.com/cmekpipe/cmekpipe-go/internal/clients/shared"
)

// Endpoint returns the address of the emulator, or "".
func Endpoint() string { return os.Getenv(shared.PubSubHost) }

// Topics returns a client that manages topics and publishes to them.
func Topics(ctx context.Context, opts ...option.ClientOption) (*pubsub.TopicAdminClient, error) {
	client, err := pubsub.NewTopicAdminClient(ctx, opts...)
	if err != nil {
		return nil, err
	}
	calls := client.CallOptions
	calls.GetTopic, calls.CreateTopic = append(calls.GetTopic, endpoint.Retry()), append(calls.CreateTopic, endpoint.Retry())
	return client, nil
}

// Subscriptions returns a client that pulls from subscriptions.
func Subscriptions(ctx context.Context, opts ...option.ClientOption) (*pubsub.SubscriptionAdminClient, error) {
	client, err := pubsub.NewSubscriptionAdminClient(ctx, opts...)
	if err != nil {
		return nil, err
	}
	calls := client.CallOptions
	calls.Pull, calls.Acknowledge = append(calls.Pull, endpoint.Retry()), append(calls.Acknowledge, endpoint.Retry())
	calls.ModifyAckDeadline = append(calls.ModifyAckDeadline, endpoint.Retry())
	return client, nil
}

// SharedTopics returns the process's client of [Topics].
func SharedTopics(ctx context.Context) (*pubsub.TopicAdminClient, error) {
	return shared.Client(ctx, shared.ID{Service: "pubsub topics", Endpoint: Endpoint()},
		func(ctx context.Context) (*pubsub.TopicAdminClient, error) { return Topics(ctx, endpoint.Pool()) })
}

// SharedSubscriptions returns the process's client of [Subscriptions].
func SharedSubscriptions(ctx context.Context) (*pubsub.SubscriptionAdminClient, error) {
	return shared.Client(ctx, shared.ID{Service: "pubsub subscriptions", Endpoint: Endpoint()},
		func(ctx context.Context) (*pubsub.SubscriptionAdminClient, error) {
			return Subscriptions(ctx, endpoint.Pool())
		})
}
