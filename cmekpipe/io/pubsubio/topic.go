package pubsubio

import (
	"context"
	"errors"

	pubsub "cloud.google.com/go/pubsub/v2/apiv1"
	"cloud.google.com/go/pubsub/v2/apiv1/pubsubpb"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/clients/pubsubclient"
	"github.com/cmekpipe/cmekpipe-go/internal/clients/shared"
	"github.com/cmekpipe/cmekpipe-go/internal/destination"
	"github.com/cmekpipe/cmekpipe-go/internal/keycheck"
	"github.com/cmekpipe/cmekpipe-go/internal/keycheck/diagnose"
)

// topic is embedded in the DoFns that create the topic or publish to it.
type topic struct {
	Topic cmekpipe.PubSubTopic

	client *pubsub.TopicAdminClient
}

// Setup gets the process's client.
func (t *topic) Setup(ctx context.Context) (err error) {
	t.client, err = pubsubclient.SharedTopics(ctx)
	return t.wrap(ctx, err)
}

// CMEKDestination tells guard the destination and its key.
func (t *topic) CMEKDestination() destination.Destination {
	return destination.Destination{Kind: cmekpipe.KindPubSubTopic, Name: t.Topic.String(), Key: t.Topic.Key()}
}

// recheck checks the topic's key if the last check of the process is too old.
func (t *topic) recheck(ctx context.Context) error {
	id := shared.ID{Service: "pubsub topic", Endpoint: pubsubclient.Endpoint(), Resource: t.Topic.String(), Keys: t.Topic.Key().String()}
	return shared.Check(ctx, id, func(ctx context.Context) error {
		found, err := t.get(ctx)
		if err != nil {
			return err
		}
		return t.check(found)
	})
}

func (t *topic) check(found *pubsubpb.Topic) error {
	return keycheck.Check(opWrite, t.Topic.String(), []cmekpipe.KeyName{t.Topic.Key()}, found.GetKmsKeyName())
}

func (t *topic) get(ctx context.Context) (*pubsubpb.Topic, error) {
	found, err := t.client.GetTopic(ctx, &pubsubpb.GetTopicRequest{Topic: t.Topic.String()})
	return found, t.wrap(ctx, err)
}

// wrap returns an error of the client as a *cmekpipe.Error.
func (t *topic) wrap(ctx context.Context, err error) error {
	return diagnose.Wrap(ctx, opWrite, t.Topic.String(), t.Topic.Key(), err)
}

// policyHint adds to a refusal that Pub/Sub does not explain, and that does not come from the key, what else it can come
// from.
func (t *topic) policyHint(err error) error {
	if e, ok := errors.AsType[*cmekpipe.Error](err); ok && e.Code == cmekpipe.PreconditionFailed {
		e.Hint = "check that the Pub/Sub service agent of project " + t.Topic.Project() + " may use " + t.Topic.Key().String() +
			", and the topic's message storage policy: gcloud pubsub topics describe " + t.Topic.String()
	}
	return err
}

// createFn creates the topic if it is missing, once in a run and before the first message is published. A topic that is
// deleted later is not created again: what was published before has no subscriber on the new one.
type createFn struct{ topic }

// ProcessElement creates the topic, checks its key and emits its name.
func (f *createFn) ProcessElement(ctx context.Context, _ []byte, emit func(string)) error {
	found, err := f.get(ctx)
	if errors.Is(err, cmekpipe.NotFound) {
		found, err = f.create(ctx)
	}
	if err == nil {
		err = f.check(found)
	}
	if err != nil {
		return err
	}
	emit(f.Topic.String())
	return nil
}

// create creates the topic. If another worker or program was faster, the topic is read, and its key is checked like any
// other's.
func (f *createFn) create(ctx context.Context) (*pubsubpb.Topic, error) {
	t, err := f.client.CreateTopic(ctx, &pubsubpb.Topic{Name: f.Topic.String(), KmsKeyName: f.Topic.Key().String()})
	if err = f.wrap(ctx, err); errors.Is(err, cmekpipe.AlreadyExists) {
		return f.get(ctx)
	}
	return t, f.policyHint(err)
}
