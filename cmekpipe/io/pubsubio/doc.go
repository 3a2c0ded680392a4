// Package pubsubio reads from Pub/Sub, and publishes to topics under a Cloud KMS key.
//
// Most people need [Write]. It is named and used as in Beam's pubsubio, except that it takes a [cmekpipe.Topic], which
// only a key can mint, where Beam's takes a project and a topic:
//
//	key := cmekpipe.MustParseKey[location.Global]("projects/…/locations/global/keyRings/…/cryptoKeys/…")
//	pubsubio.Write(s, key.MustTopic("projects/bank-prod/topics/entries"), messages)
//
// [Read] builds the same transform as Beam's. A subscription has no key of its own: its backlog is encrypted with the key
// of its topic.
//
// # Defaults
//
// Beam's Write leaves publishing to the Dataflow service, in streaming jobs only, and nothing can look at the topic's key
// on the way: the topic may rest under no key, and its key can be changed or taken away while a job runs. So Write
// publishes from the workers instead, through Google's client, on every runner, in batch and streaming jobs alike. Before
// the first message a worker asks for the topic and compares its key; in a job that runs on it asks again every five
// minutes. Nothing is published to a topic under another key or none.
//
// A topic that does not exist is an error, unless [CreateIfMissing] allows to create it under the key. Write never
// changes a topic that exists.
//
// Messages are published at least once: a bundle that the runner repeats, or a request whose answer got lost, publishes
// its messages again. Give messages an attribute with an id of their own where readers must tell: Dataflow's own reader
// drops doubles by it, see IDAttribute in [ReadOptions]. A bundle is done only when Pub/Sub has acknowledged each of its
// messages. Messages with an ordering key are published in the order in which the bundle held them; bundles have no order
// among each other, and Pub/Sub keeps the order of messages only within a region.
//
// Pub/Sub encrypts the data of messages at the application layer, but not their attributes: put nothing there that needs
// your key. Source: https://docs.cloud.google.com/pubsub/docs/encryption.
//
// # Permissions
//
// The worker's service account needs pubsub.topics.get and pubsub.topics.publish on the topic, which are in
// roles/pubsub.viewer and roles/pubsub.publisher; with CreateIfMissing also pubsub.topics.create on the project. The
// Pub/Sub service agent of the topic's project, and not the worker, needs roles/cloudkms.cryptoKeyEncrypterDecrypter on
// the key. Topics are global: a key from any location serves, and Google recommends a global one.
//
// # Errors
//
// A wrong use panics with a [*cmekpipe.Error] when the pipeline is built. A failure on a worker ends the bundle with a
// *cmekpipe.Error about the topic; when the runner gives up, [cmekpipe.FindError] finds it in the text of the job's error.
// Its code is KeyMissing or KeyMismatch if the topic rests under no or another key, KeyDisabled or KeyDenied if the key
// can't be used, NotFound for a missing topic, PermissionDenied for the worker's own permissions, InvalidOptions for a
// message that Pub/Sub never takes, such as an empty one, and Unavailable when trying again for a minute did not help. No
// error holds anything of a message.
//
// # Concurrency
//
// Write works on all workers, without a shuffle. Each worker thread that writes has one client, at most 16 MB of messages
// in hand, and up to eight requests at a time.
//
// # Testing
//
// Google's client honours PUBSUB_EMULATOR_HOST; package cmektest sets it and has topics that enforce their keys.
package pubsubio
