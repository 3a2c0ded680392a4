package pubsubio

import (
	"context"
	"errors"

	"cloud.google.com/go/pubsub/v2/apiv1/pubsubpb"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// verify compares the key of the topic with the wanted one, and creates the topic if it is missing and may be created.
func (f *writeFn) verify(ctx context.Context) error {
	t, err := f.get(ctx)
	if f.Create && errors.Is(err, cmekpipe.NotFound) {
		t, err = f.create(ctx)
	}
	if err != nil {
		return err
	}
	return f.compare(t.GetKmsKeyName())
}

func (f *writeFn) get(ctx context.Context) (*pubsubpb.Topic, error) {
	t, err := f.client.GetTopic(ctx, &pubsubpb.GetTopicRequest{Topic: f.Topic.String()})
	return t, f.wrap(ctx, err)
}

// create creates the topic. Of several workers one is first; the others look at what that one, or a stranger, created.
func (f *writeFn) create(ctx context.Context) (*pubsubpb.Topic, error) {
	t, err := f.client.CreateTopic(ctx, &pubsubpb.Topic{Name: f.Topic.String(), KmsKeyName: f.Topic.Key().String()})
	if err = f.wrap(ctx, err); errors.Is(err, cmekpipe.AlreadyExists) {
		return f.get(ctx)
	}
	return t, f.keyHint(err)
}

// compare refuses a topic that rests under another key than the wanted one. Names are compared by their parts.
func (f *writeFn) compare(name string) error {
	want := f.Topic.Key()
	if got, err := cmekpipe.ParseKeyName(name); err == nil && got == want {
		return nil
	}
	e := &cmekpipe.Error{Op: opWrite, Code: cmekpipe.KeyMismatch, Resource: f.Topic.String(),
		Hint: "name the topic with the key that it has, or use another topic; gcloud pubsub topics update " + f.Topic.String() +
			" --topic-encryption-key=" + want.String() + " changes the key for messages to come, older ones stay as they are",
		Err: errors.New("the topic rests under " + name + ", want " + want.String())}
	if name == "" {
		e.Code, e.Err = cmekpipe.KeyMissing, errors.New("the topic rests under no customer-managed key, want "+want.String())
	}
	return e
}

// keyHint says what to look at when Pub/Sub refuses a call without telling why: that is how it answers where the key
// can't be used.
func (f *writeFn) keyHint(err error) error {
	if e, ok := errors.AsType[*cmekpipe.Error](err); ok && e.Code == cmekpipe.PreconditionFailed {
		e.Hint = "look whether " + f.Topic.Key().String() + " is enabled and whether the Pub/Sub service agent of project " +
			f.Topic.Project() + " may use it, then at the topic's message storage policy"
	}
	return err
}
