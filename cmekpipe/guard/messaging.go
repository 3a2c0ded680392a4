package guard

// messaging are the connectors to message services that show in the graph as a DoFn or as a primitive of the runner.
func messaging() []entry {
	return []entry{
		{
			identity: "beam:transform:pubsub_write:v1", verdict: Unprotected,
			reason:      "publishes to a topic without looking at its key, which its messages rest under",
			replacement: ours("pubsubio.Write", "a topic"), method: "PubSubTopic",
			place: func(v values) string { return v["Topic"] },
		},
		{
			identity: "beam:transform:pubsub_read:v1", verdict: ReadsOnly,
			reason: "reads from a subscription, whose backlog rests under its topic's key",
			place:  func(v values) string { return v["Subscription"] },
			refine: refinePubSubRead,
		},
		{
			identity: "/io/natsio.writeFn", verdict: NoCMEK,
			reason: "NATS is outside Cloud KMS; see to it that its streams are encrypted with a key of yours",
		},
	}
}

// refinePubSubRead tells a read from a topic, for which Dataflow makes a subscription, from one of a subscription.
func refinePubSubRead(v values, t *Transform) {
	if v["Subscription"] != "" {
		return
	}
	t.Verdict, t.Destination = Unprotected, v["Topic"]
	t.Reason = "makes a subscription, whose backlog rests under the topic's key, without looking at that key"
	t.Replacement = "make a subscription on a topic under your key, and read from that subscription"
}
