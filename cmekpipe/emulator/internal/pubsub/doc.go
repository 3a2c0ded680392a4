// Package pubsub is a loopback Pub/Sub that enforces customer-managed keys. Topics, subscriptions and delivery are those
// of Google's own fake, cloud.google.com/go/pubsub/v2/pstest; this package puts in front of it what the fake leaves out:
// keys are checked when a topic is created or changed, when messages are published and when they are delivered.
//
// # Keys
//
// A topic's messages rest under its key, in the version that was primary when they were published. A subscription has no
// key of its own: its backlog rests under its topic's. A key that can't be used answers publish, pull and streaming pull
// with FAILED_PRECONDITION, see https://docs.cloud.google.com/pubsub/docs/encryption; Google's wording is not public, so
// the message is Cloud KMS's own. A key that is changed on a topic protects messages from then on; older ones stay.
//
// # Ledger
//
// Kinds "topic" and "subscription", with the key that messages rest under. A topic whose key is changed has a further
// line, since its older messages stay under the older key.
package pubsub
