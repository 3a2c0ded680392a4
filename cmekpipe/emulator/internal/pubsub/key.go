package pubsub

import (
	"context"
	"errors"
	"strings"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"cloud.google.com/go/pubsub/v2/apiv1/pubsubpb"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/refuse"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/location"
)

// wrap returns the version that encrypts new messages of a topic, none for a topic without a key.
func (k *keeper) wrap(ctx context.Context, topic, key string) (cmekpipe.KeyVersionName, error) {
	if key == "" {
		return cmekpipe.KeyVersionName{}, nil
	}
	name, err := parseKey(key)
	if err != nil {
		return cmekpipe.KeyVersionName{}, err
	}
	agent := core.PubSubAgent(projectOf(topic))
	version, err := k.env.Keys.Wrap(ctx, agent, name)
	return version, refusal(err, agent)
}

// checkPolicies refuses a topic, whose key may be malformed, that an organization policy forbids.
func (k *keeper) checkPolicies(topic, key string) error {
	var keys []cmekpipe.KeyName
	if key != "" {
		parsed, err := parseKey(key)
		if err != nil {
			return err
		}
		keys = []cmekpipe.KeyName{parsed}
	}
	return refuse.Violation(k.env.CheckCreation(core.Creation{Project: projectOf(topic), Service: "pubsub.googleapis.com", Keys: keys}))
}

// unwrap refuses to deliver messages whose key can't be used.
func (k *keeper) unwrap(ctx context.Context, subscription string, messages []*pubsubpb.ReceivedMessage) error {
	checked := make(map[cmekpipe.KeyVersionName]bool)
	for _, m := range messages {
		version := k.version(m.GetMessage().GetMessageId())
		if !version.Valid() || checked[version] {
			continue
		}
		agent := core.PubSubAgent(projectOf(subscription))
		if err := k.env.Keys.Unwrap(ctx, agent, version); err != nil {
			return refusal(err, agent)
		}
		checked[version] = true
	}
	return nil
}

func (k *keeper) version(message string) cmekpipe.KeyVersionName {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.versions[message]
}

func parseKey(name string) (cmekpipe.KeyName, error) {
	key, err := cmekpipe.ParseKeyName(name)
	if err != nil {
		return key, refuse.InvalidArgument("Invalid KMS key name: %q.", name)
	}
	if location.ForTopic(key.Location()).Fit == location.Refused {
		return key, refuse.InvalidArgument("KMS key %q can't protect a topic.", name)
	}
	return key, nil
}

// refusal converts a refusal of Cloud KMS to Pub/Sub's error: every key problem is a failed precondition. The text for a key
// that the agent may not use or that doesn't exist is Google's; the others are those of Cloud KMS, because Pub/Sub's are not
// public.
func refusal(err error, agent string) error {
	refused, ok := errors.AsType[*core.KeyError](err)
	if !ok {
		return err
	}
	if refused.Reason != core.KeyDenied && refused.Reason != core.KeyNotFound {
		return status.Error(codes.FailedPrecondition, refused.Message)
	}
	key, _, _ := strings.Cut(refused.Name, "/cryptoKeyVersions/")
	return status.Error(codes.FailedPrecondition, "Cloud Pub/Sub did not have the necessary permissions configured to support "+
		"this operation. Please verify that the service account "+agent+" was granted the Cloud KMS CryptoKey "+
		"Encrypter/Decrypter role for the project containing the CryptoKey resource "+key+".")
}

// projectOf returns the project of "projects/PROJECT/…".
func projectOf(name string) string {
	project, _, _ := strings.Cut(strings.TrimPrefix(name, "projects/"), "/")
	return project
}
