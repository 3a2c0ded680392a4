package cmekpipe

import "strings"

// PubSubTopic is a Pub/Sub topic and the key that its messages will rest under. Subscriptions have no key of their own. It
// is comparable; the zero Topic names nothing.
type PubSubTopic struct {
	key         KeyName
	project, id string
}

// PubSubTopic names a topic as "projects/PROJECT/topics/TOPIC" and ties it to k.
// Source: https://docs.cloud.google.com/pubsub/docs/pubsub-basics#resource_names.
func (k KeyName) PubSubTopic(name string) (PubSubTopic, error) {
	const op = "cmekpipe.KeyName.Topic"
	if !k.Valid() {
		return PubSubTopic{}, noKey(op, name)
	}
	parts, reason := splitCollections(name, "projects", "topics")
	if reason == "" {
		reason = checkProject(parts[0])
	}
	if reason == "" {
		reason = checkTopicID(parts[1])
	}
	if reason != "" {
		return PubSubTopic{}, fault{reason, "use projects/PROJECT/topics/TOPIC"}.error(op, name)
	}
	return PubSubTopic{k, parts[0], parts[1]}, nil
}

// MustPubSubTopic is [KeyName.PubSubTopic] for a constant; it panics on a fault.
func (k KeyName) MustPubSubTopic(name constant) PubSubTopic { return must(k.PubSubTopic(string(name))) }

// Key returns the key that the topic's messages will rest under.
func (t PubSubTopic) Key() KeyName { return t.key }

// Project returns the id of the project that owns the topic.
func (t PubSubTopic) Project() string { return t.project }

// ID returns the topic's id inside the project.
func (t PubSubTopic) ID() string { return t.id }

// Valid reports whether a key minted t.
func (t PubSubTopic) Valid() bool { return t.key.Valid() }

// String returns the full name; "" for the zero Topic.
func (t PubSubTopic) String() string {
	if !t.Valid() {
		return ""
	}
	return "projects/" + t.project + "/topics/" + t.id
}

// MarshalText returns the key's name, a space and the topic's. This is how a Topic travels to workers.
func (t PubSubTopic) MarshalText() ([]byte, error) { return marshalDestination(t.key, t.String()), nil }

// UnmarshalText reads what MarshalText wrote, as strictly as [KeyName.PubSubTopic].
func (t *PubSubTopic) UnmarshalText(text []byte) (err error) {
	*t, err = unmarshalDestination(text, KeyName.PubSubTopic)
	return err
}

// splitCollections takes a resource name of alternating collections and ids apart and returns the ids.
func splitCollections(name string, collections ...string) (ids []string, reason string) {
	parts := strings.Split(name, "/")
	if len(parts) != 2*len(collections) {
		return nil, "got " + describe(name) + ", want " + strings.Join(collections, "/…/") + "/…"
	}
	for i, collection := range collections {
		if parts[2*i] != collection {
			return nil, "got collection " + describe(parts[2*i]) + ", want " + quote(collection)
		}
		ids = append(ids, parts[2*i+1])
	}
	return ids, ""
}

func checkTopicID(id string) string {
	switch {
	case len(id) < 3 || len(id) > 255:
		return "got topic " + quote(id) + ", want 3 to 255 characters"
	case !isLower(id[0]|0x20) || !isAll(id, isTopicChar):
		return "got topic " + quote(id) + ", want a letter, then letters, digits and any of - _ . ~ + %"
	case strings.HasPrefix(id, "goog"):
		return "got topic " + quote(id) + ", want no \"goog\" in front: Google keeps those"
	}
	return ""
}

func isTopicChar(c byte) bool { return isKeyIDChar(c) || c == '.' || c == '~' || c == '+' || c == '%' }
