package pubsubio

import (
	"context"
	"errors"

	"cloud.google.com/go/pubsub/v2/apiv1/pubsubpb"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/keycheck"
)

// verify checks the key of the topic, and creates the topic if it is missing and may be created.
func (f *writeFn) verify(ctx context.Context) error {
	t, err := f.get(ctx)
	if f.Create && errors.Is(err, cmekpipe.NotFound) {
		t, err = f.create(ctx)
	}
	if err != nil {
		return err
	}
	return keycheck.Check(opWrite, f.Topic.String(), []cmekpipe.KeyName{f.Topic.Key()}, t.GetKmsKeyName())
}

func (f *writeFn) get(ctx context.Context) (*pubsubpb.Topic, error) {
	t, err := f.client.GetTopic(ctx, &pubsubpb.GetTopicRequest{Topic: f.Topic.String()})
	return t, f.wrap(ctx, err)
}

// create creates the topic. If another worker or program was faster, the topic is read, and its key is checked like any
// other's.
func (f *writeFn) create(ctx context.Context) (*pubsubpb.Topic, error) {
	t, err := f.client.CreateTopic(ctx, &pubsubpb.Topic{Name: f.Topic.String(), KmsKeyName: f.Topic.Key().String()})
	if err = f.wrap(ctx, err); errors.Is(err, cmekpipe.AlreadyExists) {
		return f.get(ctx)
	}
	return t, f.policyHint(err)
}

// policyHint adds to a refusal that Pub/Sub does not explain, and that does not come from the key, what else it can come
// from.
func (f *writeFn) policyHint(err error) error {
	if e, ok := errors.AsType[*cmekpipe.Error](err); ok && e.Code == cmekpipe.PreconditionFailed {
		e.Hint = "check that the Pub/Sub service agent of project " + f.Topic.Project() + " may use " + f.Topic.Key().String() +
			", and the topic's message storage policy: gcloud pubsub topics describe " + f.Topic.String()
	}
	return err
}
