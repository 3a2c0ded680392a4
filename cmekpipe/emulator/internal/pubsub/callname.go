package pubsub

import (
	"path"
	"strings"

	"cloud.google.com/go/pubsub/v2/apiv1/pubsubpb"
)

// nameCall names a call for the faults by its REST method, such as "pubsub.topics.publish", and its topic or
// subscription.
func nameCall(fullMethod string, request any) (method, resource string) {
	return "pubsub." + restName(path.Base(fullMethod)), requestResource(request)
}

// methods lists the calls that the server serves.
func methods() []string {
	return []string{
		"pubsub.topics.create", "pubsub.topics.get", "pubsub.topics.patch", "pubsub.topics.list",
		"pubsub.topics.subscriptions.list", "pubsub.topics.delete", "pubsub.topics.publish",
		"pubsub.subscriptions.create", "pubsub.subscriptions.get", "pubsub.subscriptions.patch",
		"pubsub.subscriptions.list", "pubsub.subscriptions.delete", "pubsub.subscriptions.detach",
		"pubsub.subscriptions.pull", "pubsub.subscriptions.streamingPull", "pubsub.subscriptions.acknowledge",
		"pubsub.subscriptions.modifyAckDeadline", "pubsub.subscriptions.seek",
	}
}

func restName(rpc string) string {
	switch rpc {
	case "ListTopicSubscriptions":
		return "topics.subscriptions.list"
	case "Publish":
		return "topics.publish"
	case "Pull", "StreamingPull", "Acknowledge", "ModifyAckDeadline", "ModifyPushConfig", "Seek":
		return "subscriptions." + strings.ToLower(rpc[:1]) + rpc[1:]
	}
	for _, noun := range []string{"Topic", "Subscription", "Snapshot"} {
		if verb, found := strings.CutSuffix(strings.TrimSuffix(rpc, "s"), noun); found {
			if verb == "Update" {
				verb = "Patch"
			}
			return strings.ToLower(noun) + "s." + strings.ToLower(verb)
		}
	}
	return rpc
}

func requestResource(request any) string {
	switch r := request.(type) {
	case *pubsubpb.Subscription: // has a topic too
		return r.GetName()
	case *pubsubpb.UpdateTopicRequest:
		return r.GetTopic().GetName()
	case *pubsubpb.UpdateSubscriptionRequest:
		return r.GetSubscription().GetName()
	case interface{ GetSubscription() string }:
		return r.GetSubscription()
	case interface{ GetTopic() string }:
		return r.GetTopic()
	case interface{ GetName() string }:
		return r.GetName()
	case interface{ GetProject() string }:
		return r.GetProject()
	}
	return ""
}
