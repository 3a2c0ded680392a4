package cmekpipe

import "strings"

// PubSubTopic is a Pub/Sub topic and the key that encrypts its messages. Subscriptions have no key of their own. It is
// comparable; the zero PubSubTopic names nothing.
type PubSubTopic struct {
	key         KeyName
	project, id string
}

// PubSubTopic returns the topic "projects/PROJECT/topics/TOPIC" as a destination encrypted with k.
// Source: https://docs.cloud.google.com/pubsub/docs/pubsub-basics#resource_names.
func (k KeyName) PubSubTopic(name string) (PubSubTopic, error) {
	const op = "cmekpipe.KeyName.PubSubTopic"
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
		return PubSubTopic{}, fault{reason, topicHint(name)}.error(op, name)
	}
	return PubSubTopic{k, parts[0], parts[1]}, nil
}

// MustPubSubTopic is [KeyName.PubSubTopic] for a literal: it panics with the error if the name is invalid.
func (k KeyName) MustPubSubTopic(name literalElseCallWithoutMust) PubSubTopic {
	return must(k.PubSubTopic(string(name)))
}

// Key returns the key that encrypts the topic's messages.
func (t PubSubTopic) Key() KeyName { return t.key }

// Project returns the id of the project that owns the topic.
func (t PubSubTopic) Project() string { return t.project }

// ID returns the topic's id inside the project.
func (t PubSubTopic) ID() string { return t.id }

// Valid reports whether t was created from a key: it is false for the zero value only.
func (t PubSubTopic) Valid() bool { return t.key.Valid() }

// String returns the full name; "" for the zero PubSubTopic.
func (t PubSubTopic) String() string {
	if !t.Valid() {
		return ""
	}
	return "projects/" + t.project + "/topics/" + t.id
}

// MarshalText returns the key's name, a space and the topic's. Beam sends it to workers in this form.
func (t PubSubTopic) MarshalText() ([]byte, error) { return marshalDestination(t.key, t.String()), nil }

// UnmarshalText parses the output of MarshalText, as strictly as [KeyName.PubSubTopic].
func (t *PubSubTopic) UnmarshalText(text []byte) (err error) {
	*t, err = unmarshalDestination(text, KeyName.PubSubTopic)
	return err
}

// splitCollections splits a resource name of alternating collections and ids, and returns the ids.
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

// topicHint returns the full name to write, with the id filled in if name is one.
func topicHint(name string) string {
	if checkTopicID(name) == "" {
		return "use projects/PROJECT/topics/" + name
	}
	return "use projects/PROJECT/topics/TOPIC"
}

func checkTopicID(id string) string {
	switch {
	case len(id) < 3 || len(id) > 255:
		return "got topic " + quote(id) + ", want 3 to 255 characters"
	case !isLower(id[0]|0x20) || !isAll(id, isTopicChar):
		return "got topic " + quote(id) + ", want a letter, then letters, digits and any of - _ . ~ + %"
	case strings.HasPrefix(id, "goog"):
		return "got topic " + quote(id) + ", want no \"goog\" in front: Google reserves those names"
	}
	return ""
}

func isTopicChar(c byte) bool { return isKeyIDChar(c) || c == '.' || c == '~' || c == '+' || c == '%' }
