package pubsub_test

import (
	"context"
	"strings"
	"testing"
	"time"

	kms "cloud.google.com/go/kms/apiv1"
	client "cloud.google.com/go/pubsub/v2/apiv1"
	"cloud.google.com/go/pubsub/v2/apiv1/pubsubpb"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
)

const (
	project = "projects/" + cmektest.Project
	topic   = project + "/topics/entries"
	sub     = project + "/subscriptions/tail"
)

// world is a loopback cloud with a key, and Google's clients of Pub/Sub.
type world struct {
	*cmektest.Cloud
	ctx    context.Context
	key    cmekpipe.KeyName
	topics *client.TopicAdminClient
	subs   *client.SubscriptionAdminClient
	kms    *kms.KeyManagementClient
}

func newWorld(t *testing.T) *world {
	t.Helper()
	cloud := cmektest.NewCloud(t, cmektest.WithoutEnv())
	w := &world{Cloud: cloud, ctx: t.Context(), key: cloud.CreateKey("global", "messages"), kms: cloud.KMSClient()}
	var err error
	if w.topics, err = client.NewTopicAdminClient(t.Context(), cloud.ClientOptions(emulator.PubSub)...); err != nil {
		t.Fatal(err)
	}
	if w.subs, err = client.NewSubscriptionAdminClient(t.Context(), cloud.ClientOptions(emulator.PubSub)...); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.topics.Close(); w.subs.Close() })
	return w
}

func (w *world) create(name, key string) error {
	_, err := w.topics.CreateTopic(w.ctx, &pubsubpb.Topic{Name: name, KmsKeyName: key})
	return err
}

func (w *world) subscribe() error {
	_, err := w.subs.CreateSubscription(w.ctx, &pubsubpb.Subscription{Name: sub, Topic: topic})
	return err
}

// publish and pull have a short timeout, because a client retries some of the codes.
func (w *world) publish(messages ...*pubsubpb.PubsubMessage) error {
	ctx, cancel := context.WithTimeout(w.ctx, 5*time.Second)
	defer cancel()
	_, err := w.topics.Publish(ctx, &pubsubpb.PublishRequest{Topic: topic, Messages: messages})
	return err
}

func (w *world) pull() (int, error) {
	//lint:ignore SA1019 a test can't wait for messages that must not arrive
	res, err := w.subs.Pull(w.ctx, &pubsubpb.PullRequest{Subscription: sub, MaxMessages: 10, ReturnImmediately: true})
	return len(res.GetReceivedMessages()), err
}

func message(data string) *pubsubpb.PubsubMessage { return &pubsubpb.PubsubMessage{Data: []byte(data)} }

func require(t *testing.T, err error, want codes.Code, text string) {
	t.Helper()
	if status.Code(err) != want || !strings.Contains(status.Convert(err).Message(), text) {
		t.Errorf("got %v, want %v with %q", err, want, text)
	}
}

func must(t *testing.T, errs ...error) {
	t.Helper()
	for _, err := range errs {
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestTopicNeedsAKeyThatTheAgentCanUse(t *testing.T) {
	w := newWorld(t)
	disabled, denied := w.CreateKey("global", "disabled"), w.CreateKey("global", "denied")
	w.DisableKey(disabled)
	w.DenyKey(denied, emulator.PubSub)
	for _, tt := range []struct {
		name, topic, key string
		want             codes.Code
		text             string
	}{
		{"good", topic, w.key.String(), codes.OK, ""},
		{"taken", topic, w.key.String(), codes.AlreadyExists, "entries"},
		{"no key", project + "/topics/bare", "", codes.OK, ""},
		{"disabled", project + "/topics/new", disabled.String(), codes.FailedPrecondition, "is not enabled"},
		{"denied", project + "/topics/new", denied.String(), codes.FailedPrecondition, "did not have the necessary permissions"},
		{"missing", project + "/topics/new", strings.TrimSuffix(w.key.String(), "messages") + "none", codes.FailedPrecondition, "none"},
		{"version", project + "/topics/new", w.key.String() + "/cryptoKeyVersions/1", codes.InvalidArgument, "key name"},
		{"short name", project + "/topics/ab", w.key.String(), codes.InvalidArgument, "name"},
		{"reserved name", project + "/topics/goog1", w.key.String(), codes.InvalidArgument, "name"},
	} {
		t.Run(tt.name, func(t *testing.T) { require(t, w.create(tt.topic, tt.key), tt.want, tt.text) })
	}
	got := map[string]cmekpipe.KeyName{}
	for _, e := range w.Ledger() {
		if e.Kind == "topic" {
			got[e.Name] = e.ProtectedBy()
		}
	}
	if len(got) != 2 || got[topic] != w.key || got[project+"/topics/bare"].Valid() {
		t.Errorf("ledger: got %v, want one topic with %v and one without a key", got, w.key)
	}
}

func TestMessagesNeedTheKeyEachTime(t *testing.T) {
	w := newWorld(t)
	must(t, w.create(topic, w.key.String()), w.subscribe(), w.publish(message("a")))
	w.DisableKey(w.key)
	require(t, w.publish(message("b")), codes.FailedPrecondition, "is not enabled")
	_, err := w.pull()
	require(t, err, codes.FailedPrecondition, "is not enabled")
	w.EnableKey(w.key)
	w.DenyKey(w.key, emulator.PubSub)
	require(t, w.publish(message("b")), codes.FailedPrecondition, "did not have the necessary permissions")
	w.GrantKey(w.key, emulator.PubSub)
	must(t, w.publish(message("c")))
	w.RequireEncrypted(t, w.key)
}

func TestStreamEndsWhenTheKeyCanNotBeUsed(t *testing.T) {
	w := newWorld(t)
	must(t, w.create(topic, w.key.String()), w.subscribe(), w.publish(message("a")))
	w.DenyKey(w.key)
	stream, err := w.subs.StreamingPull(t.Context())
	must(t, err, stream.Send(&pubsubpb.StreamingPullRequest{Subscription: sub, StreamAckDeadlineSeconds: 10}))
	_, err = stream.Recv()
	require(t, err, codes.FailedPrecondition, "did not have the necessary permissions")
}

func TestChangedKeyEncryptsLaterMessages(t *testing.T) {
	w := newWorld(t)
	other := w.CreateKey("global", "other")
	must(t, w.create(topic, w.key.String()), w.subscribe(), w.publish(message("old")))
	got, err := w.topics.UpdateTopic(t.Context(), &pubsubpb.UpdateTopicRequest{
		Topic: &pubsubpb.Topic{Name: topic, KmsKeyName: other.String()}, UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"kms_key_name"}},
	})
	must(t, err)
	if got.GetKmsKeyName() != other.String() {
		t.Errorf("got key %q, want %v", got.GetKmsKeyName(), other)
	}
	w.DenyKey(w.key)
	must(t, w.publish(message("new")))
	_, err = w.pull()
	require(t, err, codes.FailedPrecondition, "did not have the necessary permissions") // the older message is still encrypted with the older key
	w.GrantKey(w.key)
	w.RequireEncrypted(t, w.key, other)
}

func TestPublishEnforcesTheLimits(t *testing.T) {
	w := newWorld(t)
	must(t, w.create(topic, w.key.String()))
	many := make([]*pubsubpb.PubsubMessage, 1001)
	for i := range many {
		many[i] = message("x")
	}
	attribute := func(key, value string) *pubsubpb.PubsubMessage {
		return &pubsubpb.PubsubMessage{Attributes: map[string]string{key: value}}
	}
	for name, messages := range map[string][]*pubsubpb.PubsubMessage{
		"none":            nil,
		"too many":        many,
		"too large":       {message(strings.Repeat("x", 10_000_001))},
		"empty":           {message("a"), message("")},
		"long key":        {attribute(strings.Repeat("k", 257), "v")},
		"long value":      {attribute("k", strings.Repeat("v", 1025))},
		"reserved key":    {attribute("googclient", "v")},
		"two orders":      {{Data: []byte("a"), OrderingKey: "1"}, {Data: []byte("b"), OrderingKey: "2"}},
		"long order":      {{Data: []byte("a"), OrderingKey: strings.Repeat("o", 1025)}},
		"many attributes": {{Attributes: attributes(101)}},
	} {
		t.Run(name, func(t *testing.T) { require(t, w.publish(messages...), codes.InvalidArgument, "") })
	}
	must(t, w.publish(attribute("k", "v")), w.publish(many[1:]...))
}

func attributes(n int) map[string]string {
	all := make(map[string]string)
	for range n {
		all[strings.Repeat("a", len(all)+1)] = "v"
	}
	return all
}

func TestFaultsMatchTheCalls(t *testing.T) {
	w := newWorld(t)
	must(t, w.create(topic, w.key.String()), w.subscribe())
	for _, tt := range []struct {
		method, resource string
		call             func() error
	}{
		{"pubsub.topics.create", project + "/topics/new", func() error { return w.create(project+"/topics/new", "") }},
		{"pubsub.topics.publish", topic, func() error { return w.publish(message("a")) }},
		{"pubsub.topics.get", topic, func() error {
			_, err := w.topics.GetTopic(t.Context(), &pubsubpb.GetTopicRequest{Topic: topic})
			return err
		}},
		{"pubsub.topics.delete", topic, func() error { return w.topics.DeleteTopic(t.Context(), &pubsubpb.DeleteTopicRequest{Topic: topic}) }},
		{"pubsub.subscriptions.pull", sub, func() error { _, err := w.pull(); return err }},
		{"pubsub.subscriptions.create", sub, w.subscribe},
	} {
		remove := w.Inject(emulator.Fault{Method: emulator.Method(tt.method), Resource: tt.resource, Code: codes.PermissionDenied})
		require(t, tt.call(), codes.PermissionDenied, "fault")
		remove()
	}
}

func TestDeletedTopicsAndSubscriptionsAreMarked(t *testing.T) {
	w := newWorld(t)
	must(t, w.create(topic, w.key.String()), w.subscribe(),
		w.subs.DeleteSubscription(t.Context(), &pubsubpb.DeleteSubscriptionRequest{Subscription: sub}),
		w.topics.DeleteTopic(t.Context(), &pubsubpb.DeleteTopicRequest{Topic: topic}))
	require(t, w.publish(message("a")), codes.NotFound, "entries")
	for _, e := range w.Ledger() {
		if e.Service == "pubsub" && e.Deleted.IsZero() {
			t.Errorf("got %s %s alive, want it marked as deleted", e.Kind, e.Name)
		}
	}
}
