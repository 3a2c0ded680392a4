package cmekpipe

import "strings"

// Topic is a Pub/Sub topic and the key that its messages will rest under. Subscriptions have no key of their own. It
// is comparable; the zero Topic names nothing.
type Topic struct {
	key         KeyName
	project, id string
}

// Topic names a topic as "projects/PROJECT/topics/TOPIC" and ties it to k.
// Source: https://docs.cloud.google.com/pubsub/docs/pubsub-basics#resource_names.
func (k KeyName) Topic(name string) (Topic, error) {
	const op = "cmekpipe.KeyName.Topic"
	if !k.Valid() {
		return Topic{}, noKey(op, name)
	}
	parts, reason := splitCollections(name, "projects", "topics")
	if reason == "" {
		reason = checkProject(parts[0])
	}
	if reason == "" {
		reason = checkTopicID(parts[1])
	}
	if reason != "" {
		return Topic{}, fault{reason, "use projects/PROJECT/topics/TOPIC"}.error(op, name)
	}
	return Topic{k, parts[0], parts[1]}, nil
}

// MustTopic is [KeyName.Topic] for a constant; it panics on a fault.
func (k KeyName) MustTopic(name constant) Topic { return must(k.Topic(string(name))) }

// Key returns the key that the topic's messages will rest under.
func (t Topic) Key() KeyName { return t.key }

// Project returns the id of the project that owns the topic.
func (t Topic) Project() string { return t.project }

// ID returns the topic's id inside the project.
func (t Topic) ID() string { return t.id }

// Valid reports whether a key minted t.
func (t Topic) Valid() bool { return t.key.Valid() }

// String returns the full name; "" for the zero Topic.
func (t Topic) String() string {
	if !t.Valid() {
		return ""
	}
	return "projects/" + t.project + "/topics/" + t.id
}

// MarshalText returns the key's name, a space and the topic's. This is how a Topic travels to workers.
func (t Topic) MarshalText() ([]byte, error) { return marshalDestination(t.key, t.String()), nil }

// UnmarshalText reads what MarshalText wrote, as strictly as [KeyName.Topic].
func (t *Topic) UnmarshalText(text []byte) (err error) {
	*t, err = unmarshalDestination(text, KeyName.Topic)
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
