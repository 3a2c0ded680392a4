package guard

import (
	"fmt"
	"strings"
)

// messaging are the connectors to message services that are a DoFn or a primitive of the runner in the graph.
func messaging() []entry {
	return []entry{
		{
			identity: "beam:transform:pubsub_write:v1", verdict: Unprotected,
			reason:      "publishes to a topic without checking the key that encrypts its messages",
			replacement: ours("pubsubio.Write", "a topic"),
			call: func(v values) string {
				return "pubsubio.Write(s, " + created("PubSubTopic", v["Topic"], "projects/PROJECT/topics/TOPIC") + ", col)"
			},
			place: func(v values) string { return v["Topic"] },
		},
		{
			identity: "beam:transform:pubsub_read:v1", verdict: ReadsOnly,
			reason: "reads from a subscription, whose backlog is encrypted with its topic's key",
			place:  func(v values) string { return v["Subscription"] },
			refine: refinePubSubRead,
		},
		{
			identity: "/io/natsio.writeFn", verdict: NoCMEK,
			reason: "NATS is outside Cloud KMS; make sure that its streams are encrypted with your key",
		},
	}
}

// refinePubSubRead distinguishes a read from a topic, for which Dataflow creates a subscription, from one of a subscription.
func refinePubSubRead(v values, t *Transform) {
	if v["Subscription"] != "" {
		return
	}
	topic := known(v["Topic"], "projects/PROJECT/topics/TOPIC")
	project := "PROJECT"
	if parts := strings.Split(topic, "/"); len(parts) == 4 {
		project = parts[1]
	}
	t.Verdict, t.Destination = Unprotected, v["Topic"]
	t.Reason = "creates a subscription, whose backlog is encrypted with the topic's key, without checking that key"
	t.Replacement = fmt.Sprintf("create a subscription of a topic that is encrypted with your key, and read from that subscription: "+
		"gcloud pubsub subscriptions create SUBSCRIPTION --topic=%s, and "+
		"pubsubio.Read(s, %q, pubsubio.ReadOptions{Subscription: \"SUBSCRIPTION\"})", topic, project)
}
