package pubsubio

// Prism runs a bundle once and soon, so these tests live what happens to the DoFn in a job of days.

import (
	"testing"
	"time"

	"cloud.google.com/go/pubsub/v2/apiv1/pubsubpb"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/internal/keycheck"
)

const entriesTopic = "projects/" + cmektest.Project + "/topics/entries"

func started(t *testing.T) (*cmektest.Cloud, *writeFn) {
	t.Helper()
	cloud := cmektest.NewCloud(t)
	key := cloud.CreateKey("global", "messages")
	cloud.CreateTopic(entriesTopic, key)
	topic, err := key.PubSubTopic(entriesTopic)
	if err != nil {
		t.Fatal(err)
	}
	f := &writeFn{Topic: topic}
	if err := f.Setup(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Teardown() })
	return cloud, f
}

func bundle(t *testing.T, f *writeFn, data ...string) error {
	t.Helper()
	if err := f.StartBundle(t.Context()); err != nil {
		return err
	}
	for _, d := range data {
		if err := f.ProcessElement(t.Context(), &pubsubpb.PubsubMessage{Data: []byte(d)}); err != nil {
			return err
		}
	}
	return f.FinishBundle(t.Context())
}

func TestKeyRemovedFromARunningJobIsReported(t *testing.T) {
	cloud, f := started(t)
	if err := bundle(t, f, "a"); err != nil {
		t.Fatal(err)
	}
	bare := &pubsubpb.UpdateTopicRequest{Topic: &pubsubpb.Topic{Name: f.Topic.String()},
		UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"kms_key_name"}}}
	if _, err := f.client.UpdateTopic(t.Context(), bare); err != nil {
		t.Fatal(err)
	}
	f.checked.Now = func() time.Time { return time.Now().Add(keycheck.Interval) }
	if err := bundle(t, f, "b"); cmekpipe.CodeOf(err) != cmekpipe.KeyMissing {
		t.Errorf("got %v, want %v", err, cmekpipe.KeyMissing)
	}
	if got := len(cloud.PullMessages(entriesTopic)); got != 1 {
		t.Errorf("got %d messages, want the first alone", got)
	}
}

func TestKeyIsComparedOnceInAWhileOnly(t *testing.T) {
	cloud, f := started(t)
	cloud.Inject(emulator.Fault{Method: "pubsub.topics.get", Call: 2, Status: 403, Optional: true})
	for range 3 {
		if err := bundle(t, f, "a"); err != nil {
			t.Fatal(err)
		}
	}
}

func TestRepeatedBundlePublishesOnlyItsOwn(t *testing.T) {
	cloud, f := started(t)
	if err := f.StartBundle(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := f.ProcessElement(t.Context(), &pubsubpb.PubsubMessage{Data: []byte("left over")}); err != nil {
		t.Fatal(err)
	}
	// The bundle fails elsewhere, and the runner tries it again with the same DoFn.
	if err := bundle(t, f, "a"); err != nil {
		t.Fatal(err)
	}
	if got := cloud.PullMessages(entriesTopic); len(got) != 1 || string(got[0].GetData()) != "a" {
		t.Errorf("got %v, want one message a", got)
	}
}

func TestTeardownWithoutSetup(t *testing.T) {
	if err := new(writeFn).Teardown(); err != nil {
		t.Error(err)
	}
}

func TestMessagesAreSplitWithinTheLimits(t *testing.T) {
	var p pending
	for i := range 2500 {
		m := &pubsubpb.PubsubMessage{Data: make([]byte, 1+i%3*2000)}
		if i%5 == 0 {
			m.OrderingKey = "k"
		}
		p.add(m)
	}
	total := 0
	for _, list := range p.requests() {
		if len(list) > 1 && list[0][0].GetOrderingKey() == "" {
			t.Errorf("got %d requests without an order that wait for each other", len(list))
		}
		for _, request := range list {
			total += len(request)
			if len(request) == 0 || len(request) > maxRequestMessages {
				t.Errorf("got a request of %d messages", len(request))
			}
			for _, m := range request {
				if m.GetOrderingKey() != request[0].GetOrderingKey() {
					t.Fatal("got two ordering keys in a request")
				}
			}
		}
	}
	if total != 2500 {
		t.Errorf("got %d messages, want 2500", total)
	}
}
