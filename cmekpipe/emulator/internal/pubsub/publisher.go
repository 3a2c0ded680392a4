package pubsub

import (
	"context"
	"slices"

	"cloud.google.com/go/pubsub/v2/apiv1/pubsubpb"
	"cloud.google.com/go/pubsub/v2/pstest"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/emptypb"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
)

// keyField is the field of a topic that names its key, as in update masks.
const keyField = "kms_key_name"

// publisher is google.pubsub.v1.Publisher.
type publisher struct {
	*pstest.GServer
	keeper *keeper
}

// CreateTopic creates a topic whose key the service agent can use.
func (p *publisher) CreateTopic(ctx context.Context, t *pubsubpb.Topic) (*pubsubpb.Topic, error) {
	k := p.keeper
	if err := checkTopicName(t.GetName()); err != nil {
		return nil, err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if _, err := k.fake.GetTopic(ctx, &pubsubpb.GetTopicRequest{Topic: t.GetName()}); err == nil {
		return k.fake.CreateTopic(ctx, t) // which returns AlreadyExists
	}
	if err := k.checkPolicies(t.GetName(), t.GetKmsKeyName()); err != nil {
		return nil, err
	}
	if _, err := k.wrap(ctx, t.GetName(), t.GetKmsKeyName()); err != nil {
		return nil, err
	}
	made, err := k.fake.CreateTopic(ctx, t)
	if err != nil {
		return nil, err
	}
	k.record("pubsub.topics.create", "topic", made.GetName(), made.GetKmsKeyName(), true)
	return proto.CloneOf(made), nil
}

// GetTopic returns a copy, because the fake may change its own while the answer is sent.
func (p *publisher) GetTopic(ctx context.Context, req *pubsubpb.GetTopicRequest) (*pubsubpb.Topic, error) {
	p.keeper.mu.Lock()
	defer p.keeper.mu.Unlock()
	t, err := p.GServer.GetTopic(ctx, req)
	return proto.CloneOf(t), err
}

// UpdateTopic changes a topic. It changes the key itself, because the fake can't.
func (p *publisher) UpdateTopic(ctx context.Context, req *pubsubpb.UpdateTopicRequest) (*pubsubpb.Topic, error) {
	k := p.keeper
	k.mu.Lock()
	defer k.mu.Unlock()
	name, key := req.GetTopic().GetName(), req.GetTopic().GetKmsKeyName()
	t, err := k.fake.GetTopic(ctx, &pubsubpb.GetTopicRequest{Topic: name})
	if err != nil {
		return nil, err
	}
	others := slices.DeleteFunc(slices.Clone(req.GetUpdateMask().GetPaths()), func(s string) bool { return s == keyField })
	changesKey := len(others) < len(req.GetUpdateMask().GetPaths())
	if changesKey {
		if err := k.checkPolicies(name, key); err != nil {
			return nil, err
		}
		if _, err := k.wrap(ctx, name, key); err != nil {
			return nil, err
		}
	}
	if len(others) > 0 || !changesKey {
		rest := proto.CloneOf(req)
		rest.UpdateMask.Paths = others
		if t, err = k.fake.UpdateTopic(ctx, rest); err != nil {
			return nil, err
		}
	}
	if changesKey {
		t.KmsKeyName = key
		k.record("pubsub.topics.patch", "topic", name, key, true)
	}
	return proto.CloneOf(t), nil
}

// ListTopics returns copies, as GetTopic does.
func (p *publisher) ListTopics(ctx context.Context, req *pubsubpb.ListTopicsRequest) (*pubsubpb.ListTopicsResponse, error) {
	p.keeper.mu.Lock()
	defer p.keeper.mu.Unlock()
	list, err := p.GServer.ListTopics(ctx, req)
	return proto.CloneOf(list), err
}

// DeleteTopic deletes a topic; its subscriptions stay.
func (p *publisher) DeleteTopic(ctx context.Context, req *pubsubpb.DeleteTopicRequest) (*emptypb.Empty, error) {
	k := p.keeper
	k.mu.Lock()
	defer k.mu.Unlock()
	empty, err := k.fake.DeleteTopic(ctx, req)
	if err == nil {
		k.env.Ledger.Delete("topic", req.GetTopic(), 0, k.env.Now())
	}
	return empty, err
}

// Publish accepts messages for a topic whose key the service agent can use now.
func (p *publisher) Publish(ctx context.Context, req *pubsubpb.PublishRequest) (*pubsubpb.PublishResponse, error) {
	if err := checkPublish(req); err != nil {
		return nil, err
	}
	k := p.keeper
	k.mu.Lock()
	defer k.mu.Unlock()
	t, err := k.fake.GetTopic(ctx, &pubsubpb.GetTopicRequest{Topic: req.GetTopic()})
	if err != nil {
		return nil, err
	}
	version, err := k.wrap(ctx, req.GetTopic(), t.GetKmsKeyName())
	if err != nil {
		return nil, err
	}
	res, err := k.fake.Publish(ctx, req)
	for _, id := range res.GetMessageIds() {
		k.versions[id] = version
	}
	return res, err
}

// record records a resource in the ledger with its key. A key that is not empty is well-formed here.
func (k *keeper) record(method, kind, name, key string, asked bool) {
	parsed, _ := cmekpipe.ParseKeyName(key)
	k.env.Ledger.Record(core.Entry{
		Time: k.env.Now(), Service: "pubsub", Method: method, Kind: kind, Name: name, Project: projectOf(name),
		KeyName: parsed, KeyAsked: asked && parsed.Valid(),
	})
}
