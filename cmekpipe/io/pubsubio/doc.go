// Package pubsubio reads from Pub/Sub, and publishes to topics encrypted with your Cloud KMS key.
//
// Most people need [Write]. It is named and used as in Beam's pubsubio, except that its topic is a [cmekpipe.PubSubTopic],
// which you create from a key, where Beam's has a project and a topic:
//
//	key := cmekpipe.MustParseKey[location.Global]("projects/…/locations/global/keyRings/…/cryptoKeys/…")
//	pubsubio.Write(s, key.MustPubSubTopic("projects/bank-prod/topics/entries"), messages)
//
// [Read] builds the same transform as Beam's. A subscription has no key of its own: its backlog is encrypted with the key
// of its topic.
//
// # Defaults
//
// Beam's Write leaves publishing to the Dataflow service, in streaming jobs only, where nothing can check the topic's key:
// the topic may have none, and its key can be changed or removed while a job runs. So Write publishes from the workers
// instead, through Google's client, on every runner, in batch and streaming jobs alike. Before its first message a worker
// process reads the topic and compares its key, and again before a request if the last check is five minutes old,
// also within a bundle.
// Nothing is published to a topic that is encrypted with another key or with none of yours.
//
// A missing topic is an error, unless [WithCreateIfMissing] allows Write to create it with the key, once at the start of the
// run. A topic that is deleted later is an error and not created again, because nobody subscribes to the new one. Write
// never changes an existing topic.
//
// Messages are published at least once: a bundle that the runner retries, or a request whose answer is lost, publishes its
// messages again. Give messages an attribute with an ID of their own where readers must detect duplicates: Dataflow's reader
// drops duplicates by it, see IDAttribute in [ReadOptions]. A bundle is done only when Pub/Sub has acknowledged each of its
// messages. Messages with an ordering key are published in their order in the bundle; bundles have no order among each
// other, and Pub/Sub keeps the order of messages only within a region.
//
// Pub/Sub encrypts the data of messages at the application layer, but not their attributes: put nothing there that must be
// encrypted with your key. Source: https://docs.cloud.google.com/pubsub/docs/encryption.
//
// # Retries
//
//	retried bundle    each message is published at least once; a message of an attempt that failed may appear again
//	twin bundle       two attempts at the same time publish each message twice
//	killed worker     its bundle is published again; what it had published stays
//	late bundle       a worker that hung publishes its messages again, even after the run
//	second run        publishes its messages too, after the first run or at the same time
//	drain             publishes what was read; a second run that reads the rest loses nothing
//	failed bundle     leaves no client, connection or goroutine behind
//
// # Permissions
//
// The worker's service account needs pubsub.topics.get and pubsub.topics.publish on the topic, included in
// roles/pubsub.viewer and roles/pubsub.publisher; with WithCreateIfMissing also pubsub.topics.create on the project. The
// Pub/Sub service agent of the topic's project, not the worker, needs roles/cloudkms.cryptoKeyEncrypterDecrypter on the key.
// Topics are global: a key from any location can be used, and Google recommends a global one.
//
// # Errors
//
// Incorrect use panics with a [*cmekpipe.Error] when the pipeline is built. A failure on a worker ends the bundle with a
// *cmekpipe.Error about the topic, whose code says why. When the runner gives up, [cmekpipe.FindError] finds it in the text
// of the job's error.
//
//	KeyMissing, KeyMismatch  the topic is encrypted with none of your keys, or with another
//	KeyDisabled, KeyDenied   Pub/Sub can't use the key
//	NotFound                 no such topic
//	InvalidOptions           Pub/Sub does not accept a message, such as an empty one
//	PermissionDenied         the worker lacks a permission
//	Unavailable              a minute of retries did not help
//
// No error contains any part of a message.
//
// # Concurrency
//
// Write runs on all workers, without a shuffle. A worker process has one client. Each of its threads that write has at most 16
// MB of messages in memory, and up to eight concurrent requests.
//
// # Testing
//
// Google's client uses PUBSUB_EMULATOR_HOST; package cmektest sets it and has topics that enforce their keys.
package pubsubio
