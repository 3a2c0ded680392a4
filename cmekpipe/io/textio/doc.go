// Package textio reads text, and writes it to Cloud Storage under a Cloud KMS key.
//
// Most people need [Read] and [WriteSharded]. They are named and used as in Beam's textio, except that a writer takes a
// [cmekpipe.Object], which only a key can mint:
//
//	key := cmekpipe.MustParseKey[location.USCentral1]("projects/…/locations/us-central1/keyRings/…/cryptoKeys/…")
//	lines := textio.Read(s, "gs://bank-records/in/*.txt")
//	textio.WriteSharded(s, key.MustObject("gs://bank-records/out/counts"), lines)
//
// Use [Write] for one object of a known name. Reading creates nothing at rest, so the readers take names as Beam's do,
// gs:// or local, and find what fileio.MatchAll of this module finds. They are Beam's own but for compressed files, of which
// Beam's reader loses lines without a word, and for files whose names hold "?", "#", "%" or the other special characters of
// patterns, of which it may read one twice and another never. Beam's Immediate is left out:
// it would embed a file's text in the job's graph, which no key of yours protects.
//
// # Defaults
//
// Every object, the temporary ones included, is written with the key's name in the request, so that the bucket's
// default key plays no part. Cloud Storage encrypts with the key's primary version. When it has stored an object it
// reports the key; an object under any other is removed and the write fails.
//
// WriteSharded keeps temporary objects under the key in folders .cmekpipe-temp-ID beside the prefix, where no pattern
// for the shards finds them, and removes them at the end. A run that fails leaves them there, and a worker that dies may
// leave one; they may be removed at any time after the run, by hand or by a lifecycle rule. No two runs share a folder.
// Shards of an earlier run are not removed: where their number may
// differ, use a new prefix for each run. Lines are written as they are; one that holds a line break is read back as
// two.
//
// # Permissions
//
// The worker's service account needs storage.objects.create, get, delete and list on the bucket, all of which
// roles/storage.objectUser holds. The Cloud Storage service agent of the bucket's project, and not the worker, needs
// roles/cloudkms.cryptoKeyEncrypterDecrypter on the key. The key must be in the bucket's location.
//
// # Errors
//
// A wrong use panics with a [*cmekpipe.Error] when the pipeline is built. A failure on a worker ends the bundle with a
// *cmekpipe.Error; when the runner gives up, [cmekpipe.FindError] finds it in the text of the job's error. Its code is
// KeyDisabled, KeyDenied, KeyNotFound or LocationMismatch if the key is the reason, KeyMissing or KeyMismatch if Cloud
// Storage stored an object under no or another key, NotFound for a missing bucket, PermissionDenied for the worker's
// own permissions, and Unavailable when trying again did not help. A run that fails shows no object under its final
// name, with three exceptions: panes that were complete before, an object whose upload Cloud Storage finished while the
// run was being cancelled, and shards whose worker died in the moment between the first name and the last, until the
// runner's next attempt completes them.
//
// # Concurrency
//
// WriteSharded and the readers work on all workers. Each worker thread that writes has one client, one open object and
// about 17 MiB of buffers. The last step of WriteSharded is one worker that renames 16 objects at a time inside Cloud
// Storage. Two runs at the same time must not write to the same prefix, or the shards of one replace those of the other.
//
// # Testing
//
// Package cmektest starts a loopback Cloud Storage and Cloud KMS that enforce keys, and points workers on Prism and the
// direct runner at them.
package textio
