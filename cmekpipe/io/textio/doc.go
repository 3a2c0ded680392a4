// Package textio reads text files, and writes lines to Cloud Storage objects encrypted with your Cloud KMS key.
//
// Most people need [Read] and [WriteSharded]. They are named and used as in Beam's textio, except that a writer has a
// [cmekpipe.Object], which you create from a key:
//
//	key := cmekpipe.MustParseKey[location.USCentral1]("projects/…/locations/us-central1/keyRings/…/cryptoKeys/…")
//	lines := textio.Read(s, "gs://bank-records/in/*.txt")
//	textio.WriteSharded(s, key.MustObject("gs://bank-records/out/counts"), lines)
//
// Use [Write] for one object with a known name. Readers create no data, so they accept file patterns as Beam's do, gs:// or
// local, and find the files that fileio.MatchAll of this module finds. They call Beam's readers except where those are
// wrong: Beam loses lines of compressed files, and may read one file twice and another never if names contain "?", "#", "%"
// or other pattern characters. Beam's Immediate is not included: it would put a file's text into the job's graph, which no
// key of yours encrypts.
//
// # Defaults
//
// Every object, including temporary ones, is written with the key's name in the request, whatever the bucket's default key
// is. Cloud Storage encrypts with the key's primary version. After each write, the key that Cloud Storage reports is
// compared: with another key, or none, the write fails and the object is removed. It stays if the reported name differs only
// by the number of the key's project in place of its id; the error says so.
//
// WriteSharded keeps temporary objects, encrypted with the same key, in folders .cmekpipe-temp-ID next to the prefix, where
// patterns for the shards do not match them, and removes them at the end. A failed run leaves them behind, and a worker
// that dies may leave one. They may be removed at any time after the run, for example by a lifecycle rule. No two runs share
// a folder. Shards of an earlier run are not removed: where the number of shards may differ, use a new prefix for each run.
// Lines are written as they are; a line that contains a line break is read back as two. A write of windowed input leaves out
// the shards of a pane that have no lines, and writes no shard at all if there is no input; package verify then reports
// NotFound.
//
// # Guarantees
//
//	                  one object or shards                 shards of panes
//	retried bundle    each element once                    each element once
//	twin bundle       each element once                    each element once
//	killed worker     the next attempt completes it        the next attempt completes it
//	failed run        older objects are as they were (1)   panes that were complete stay
//	second run        replaces objects of the same name    never replaces: gets names that end in -2, -3 (2)
//	two runs at once  one fails, or both do (3)            both are kept
//	retention, holds  the second run is refused (4)        both are kept
//	drain             publishes what arrived as the whole  the open panes are published
//
// (1) Objects that are replaced are copied to temporary objects first and put back. If that fails too, because the key can't be
// used or the run was canceled more than 30 seconds ago, the error says how many objects stay. What a worker published before
// it was killed stays if no later attempt succeeds. (2) In front of the suffix. (3) With code PreconditionFailed. If
// one begins to publish after the other has ended, it is the second run; if their numbers of shards differ, the objects of both
// stay. (4) With code PermissionDenied, before an object is published, if it would replace one that a retention policy or a hold
// keeps. A first run succeeds and names in the log the temporary objects that can't be deleted; see WithTempFolder.
//
// Shards appear one after the other, in minutes if there are many. A reader that needs all or none starts when the job is done:
// when launch.Run returns, or when Dataflow reports the state JOB_STATE_DONE.
//
// A drain ends the input of a bounded branch of a streaming job early, and what it has read then counts as all of it. Published
// objects have the metadata cmekpipe-part and cmekpipe-attempt. A reader that deletes objects of panes as soon as they appear
// may see one a second time if a worker dies at that moment. Temporary objects that killed workers leave can be deleted by
// a lifecycle rule for the prefix .cmekpipe-temp- with an age of more than the longest run.
//
// # Permissions
//
// The worker's service account needs storage.objects.create, get, delete and list on the bucket, all included in
// roles/storage.objectUser. The Cloud Storage service agent of the bucket's project, not the worker, needs
// roles/cloudkms.cryptoKeyEncrypterDecrypter on the key. The key must be in the bucket's location.
//
// # Errors
//
// Incorrect use panics with a [*cmekpipe.Error] when the pipeline is built. A failure on a worker ends the bundle with a
// *cmekpipe.Error, whose code says why. When the runner gives up, [cmekpipe.FindError] finds it in the text of the job's
// error.
//
//	KeyDisabled, KeyDenied, KeyNotFound, LocationMismatch
//	                         Cloud Storage can't use the key
//	KeyMissing, KeyMismatch  Cloud Storage encrypted an object with none of your keys, or with another
//	NotFound                 no such bucket or, with MatchEmptyDisallow, no input
//	PermissionDenied         the worker lacks a permission
//	Unavailable              retries did not help
//
// A failed run leaves no object under its final name, with the exceptions that are listed under Guarantees.
//
// # Concurrency
//
// WriteSharded and the readers run on all workers. Each worker thread that writes has one client, one open object and about
// 17 MiB of buffers. The last step of WriteSharded runs on one worker, which copies 16 objects at a time inside Cloud
// Storage. Give each of two concurrent runs its own prefix, because one of them fails otherwise. Two writes of one pipeline
// to the same object, or to the same prefix and suffix, are refused by package guard.
//
// # Testing
//
// Package cmektest starts a local Cloud Storage and Cloud KMS that enforce keys, and connects pipelines on Prism and the
// direct runner to them.
package textio
