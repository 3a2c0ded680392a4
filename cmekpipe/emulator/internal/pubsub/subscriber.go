package pubsub

import (
	"context"

	"cloud.google.com/go/pubsub/v2/apiv1/pubsubpb"
	"cloud.google.com/go/pubsub/v2/pstest"
	"google.golang.org/protobuf/types/known/emptypb"
)

// subscriber is google.pubsub.v1.Subscriber.
type subscriber struct {
	*pstest.GServer
	keeper *keeper
}

// CreateSubscription creates a subscription, whose backlog is encrypted with its topic's key.
func (s *subscriber) CreateSubscription(ctx context.Context, sub *pubsubpb.Subscription) (*pubsubpb.Subscription, error) {
	k := s.keeper
	k.mu.Lock()
	defer k.mu.Unlock()
	made, err := k.fake.CreateSubscription(ctx, sub)
	if err != nil {
		return nil, err
	}
	t, err := k.fake.GetTopic(ctx, &pubsubpb.GetTopicRequest{Topic: made.GetTopic()})
	if err != nil {
		return nil, err
	}
	k.record("pubsub.subscriptions.create", "subscription", made.GetName(), t.GetKmsKeyName(), false)
	return made, nil
}

// DeleteSubscription deletes a subscription and its backlog.
func (s *subscriber) DeleteSubscription(ctx context.Context, req *pubsubpb.DeleteSubscriptionRequest) (*emptypb.Empty, error) {
	k := s.keeper
	k.mu.Lock()
	defer k.mu.Unlock()
	empty, err := k.fake.DeleteSubscription(ctx, req)
	if err == nil {
		k.env.Ledger.Delete("subscription", req.GetSubscription(), 0, k.env.Now())
	}
	return empty, err
}

// Pull delivers messages whose key the service agent can use now. Other messages stay in the backlog.
func (s *subscriber) Pull(ctx context.Context, req *pubsubpb.PullRequest) (*pubsubpb.PullResponse, error) {
	res, err := s.GServer.Pull(ctx, req)
	if err == nil {
		err = s.keeper.unwrap(ctx, req.GetSubscription(), res.GetReceivedMessages())
	}
	if err != nil {
		return nil, err
	}
	return res, nil
}

// StreamingPull delivers as Pull does; a key that can't be used ends the stream.
func (s *subscriber) StreamingPull(stream pubsubpb.Subscriber_StreamingPullServer) error {
	return s.GServer.StreamingPull(&checkedStream{Subscriber_StreamingPullServer: stream, keeper: s.keeper})
}

// checkedStream checks the keys of the messages that it sends. The fake sends and receives on one goroutine each.
type checkedStream struct {
	pubsubpb.Subscriber_StreamingPullServer
	keeper       *keeper
	subscription string
}

// Recv records the subscription of the stream, which its first request names.
func (s *checkedStream) Recv() (*pubsubpb.StreamingPullRequest, error) {
	req, err := s.Subscriber_StreamingPullServer.Recv()
	if s.subscription == "" {
		s.subscription = req.GetSubscription()
	}
	return req, err
}

// Send refuses messages whose key can't be used.
func (s *checkedStream) Send(res *pubsubpb.StreamingPullResponse) error {
	if err := s.keeper.unwrap(s.Context(), s.subscription, res.GetReceivedMessages()); err != nil {
		return err
	}
	return s.Subscriber_StreamingPullServer.Send(res)
}
