// Package pubsub serves a loopback Pub/Sub that enforces customer-managed keys. Google's own fake,
// cloud.google.com/go/pubsub/v2/pstest, implements topics, subscriptions and delivery; this package adds the keys,
// which it checks when a topic is created or changed, when messages are published and when they are delivered.
//
// # Keys
//
// A topic's messages are encrypted with the version of its key that was primary when they were published. A
// subscription has no key of its own: its backlog is encrypted with its topic's key. If a key can't be used, publish,
// pull and streaming pull fail with FAILED_PRECONDITION, see https://docs.cloud.google.com/pubsub/docs/encryption;
// Google's text for a key that the agent may not use is public, the others are those of Cloud KMS. A changed key of a topic encrypts later messages;
// older ones keep theirs.
//
// # Ledger
//
// Kinds "topic" and "subscription", with the key that encrypts messages. A topic whose key changes gets another entry,
// because its older messages are still encrypted with the older key.
package pubsub
