package pubsubio

// Prism runs a bundle once and soon, so these tests call the DoFn as a job of days does.

import (
	"context"
	"errors"
	"testing"

	"cloud.google.com/go/pubsub/v2/apiv1/pubsubpb"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/internal/clients/shared"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/worker"
)

const entriesTopic = "projects/" + cmektest.Project + "/topics/entries"

// stage is a writer in a worker process of its own, whose clock the test moves.
type stage struct {
	*cmektest.Cloud
	*writeFn
	*worker.Worker
	ctx context.Context
}

func started(t *testing.T) *stage {
	t.Helper()
	cloud := cmektest.NewCloud(t)
	key := cloud.CreateKey("global", "messages")
	cloud.CreateTopic(entriesTopic, key)
	w := worker.New(t)
	s := &stage{cloud, &writeFn{topic: topic{Topic: key.MustPubSubTopic(entriesTopic)}}, w, w.Context()}
	if err := s.Setup(s.ctx); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *stage) process(data ...string) error {
	for _, d := range data {
		if err := s.ProcessElement(s.ctx, &pubsubpb.PubsubMessage{Data: []byte(d)}); err != nil {
			return err
		}
	}
	return nil
}

func (s *stage) bundle(data ...string) error {
	if err := s.StartBundle(s.ctx); err != nil {
		return err
	}
	if err := s.process(data...); err != nil {
		return err
	}
	return s.FinishBundle(s.ctx)
}

// removeKey makes Pub/Sub encrypt the topic with Google's key from now on.
func (s *stage) removeKey(t *testing.T) {
	t.Helper()
	bare := &pubsubpb.UpdateTopicRequest{Topic: &pubsubpb.Topic{Name: entriesTopic},
		UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"kms_key_name"}}}
	if _, err := s.client.UpdateTopic(s.ctx, bare); err != nil {
		t.Fatal(err)
	}
}

func TestKeyRemovedFromARunningJobIsReported(t *testing.T) {
	s := started(t)
	if err := s.bundle("a"); err != nil {
		t.Fatal(err)
	}
	s.removeKey(t)
	s.Worker.Advance(shared.CheckInterval)
	if err := s.bundle("b"); cmekpipe.CodeOf(err) != cmekpipe.KeyMissing {
		t.Errorf("got %v, want %v", err, cmekpipe.KeyMissing)
	}
	if got := len(s.PullMessages(entriesTopic)); got != 1 {
		t.Errorf("got %d messages, want the first alone", got)
	}
}

func TestKeyRemovedDuringABundleIsReported(t *testing.T) {
	s := started(t)
	if err := errors.Join(s.StartBundle(s.ctx), s.process("a")); err != nil {
		t.Fatal(err)
	}
	s.removeKey(t)
	s.Worker.Advance(shared.CheckInterval)
	if err := s.FinishBundle(s.ctx); cmekpipe.CodeOf(err) != cmekpipe.KeyMissing {
		t.Errorf("got %v, want %v", err, cmekpipe.KeyMissing)
	}
	if got := len(s.PullMessages(entriesTopic)); got != 0 {
		t.Errorf("got %d messages, want none", got)
	}
}

func TestTopicDeletedDuringTheRunIsAnError(t *testing.T) {
	s := started(t)
	if err := s.bundle("a"); err != nil {
		t.Fatal(err)
	}
	if err := s.client.DeleteTopic(s.ctx, &pubsubpb.DeleteTopicRequest{Topic: entriesTopic}); err != nil {
		t.Fatal(err)
	}
	for range 2 { // before the next check is due, and when it is
		if err := s.bundle("b"); cmekpipe.CodeOf(err) != cmekpipe.NotFound {
			t.Errorf("got %v, want %v and no new topic", err, cmekpipe.NotFound)
		}
		s.Worker.Advance(shared.CheckInterval)
	}
}

func TestKeyIsReadOnceInAWhileByAllWriters(t *testing.T) {
	s := started(t)
	s.Inject(emulator.Fault{Method: "pubsub.topics.get", Call: 2, Status: 403, Optional: true})
	for range 3 {
		f := &writeFn{topic: topic{Topic: s.Topic}}
		if err := f.Setup(s.ctx); err != nil {
			t.Fatal(err)
		}
		s.writeFn = f
		if err := s.bundle("a"); err != nil {
			t.Fatal(err)
		}
	}
}

func TestRepeatedBundlePublishesOnlyItsOwn(t *testing.T) {
	s := started(t)
	if err := errors.Join(s.StartBundle(s.ctx), s.process("left over")); err != nil {
		t.Fatal(err)
	}
	// The bundle fails elsewhere, and the runner tries it again with the same DoFn.
	if err := s.bundle("a"); err != nil {
		t.Fatal(err)
	}
	if got := s.PullMessages(entriesTopic); len(got) != 1 || string(got[0].GetData()) != "a" {
		t.Errorf("got %v, want one message a", got)
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
