// Package parquetio reads Parquet files, and writes them to Cloud Storage encrypted with your Cloud KMS key.
//
// Most people need [Read] and [WriteSharded]. They are named and used as in Beam's parquetio, except that a writer has a
// [cmekpipe.Object], which you create from a key:
//
//	type account struct {
//		Number  string `parquet:"name=number, type=BYTE_ARRAY, convertedtype=UTF8"`
//		Balance int64  `parquet:"name=balance, type=INT64"`
//		Closed  *int32 `parquet:"name=closed, type=INT32, convertedtype=DATE"` // nil if it is open
//	}
//
//	key := cmekpipe.MustParseKey[location.USCentral1]("projects/…/locations/us-central1/keyRings/…/cryptoKeys/…")
//	accounts := parquetio.Read(s, "gs://bank-records/in/*.parquet", reflect.TypeFor[account]())
//	parquetio.WriteSharded(s, key.MustObject("gs://bank-records/out/accounts"), accounts)
//
// Use [Write] for one file with a known name.
//
// The tags are those of github.com/xitongsys/parquet-go, which Beam uses as well: name= and type= for each column,
// convertedtype= or logicaltype= for its meaning; keytype= and valuetype= for maps and lists. A pointer is a nullable
// column, a slice a list, or a repeated column with repetitiontype=REPEATED. The type must be registered with Beam, like
// all types of elements.
//
// Types that the library would write incorrectly are refused: a struct without any tag, which it writes no rows of; an
// int64 as INT32, which it truncates; an array, of which it writes the type's name; repetitiontype=OPTIONAL without a
// pointer, which it writes as nulls; a field name outside ASCII, which it drops; encoding=DELTA_BINARY_PACKED, with which it
// loses numbers whose differences overflow.
//
// # Defaults
//
// Files have row groups of 32 MiB and pages of 1 MiB, both before encoding, compressed with Snappy and with a checksum; the
// names of shards end in ".parquet". Statistics hold the number of nulls of each column in a group, and the bounds of
// integers and of text of up to 64 bytes; omitstats=true leaves them out. Every object, including temporary ones, is written
// with the key's name in the request, whatever the bucket's default key is. After each write, the key that Cloud Storage
// reports is compared, see package textio: with another key, or none, the write fails.
//
// WriteSharded keeps temporary objects, encrypted with the same key, in folders .cmekpipe-temp-ID next to the prefix, and
// removes them at the end. No two runs share a folder. A failed run leaves them behind, and a worker that dies may leave
// one. Shards of an earlier run are not removed: where the number of shards may differ, use a new prefix for each run.
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
//	InvalidOptions           a row does not fit its tags, or the columns of a file do not match the type
//	Corrupted                a file can't be read to its end
//	KeyDisabled, KeyDenied, KeyNotFound, LocationMismatch
//	                         Cloud Storage can't use the key
//	KeyMissing, KeyMismatch  Cloud Storage encrypted an object with none of your keys, or with another
//	NotFound                 no such bucket or, with MatchEmptyDisallow, no input
//	PermissionDenied         the worker lacks a permission
//	Unavailable              retries did not help
//
// No row and no file is skipped, and no error contains a row. A failed run leaves no object under its final name, whole or
// truncated, with the exceptions listed under Guarantees.
//
// # Concurrency
//
// Read and WriteSharded run on all workers; Write uses one. Each worker thread that writes has one client, one open object,
// about 17 MiB of buffers and the current row group. A thread that reads holds one file in memory. Give each of
// two concurrent runs its own prefix, because one of them fails otherwise. Two writes of one pipeline to the same file, or to
// the same prefix and suffix, are refused by package guard.
//
// # Testing
//
// Package cmektest starts a local Cloud Storage and Cloud KMS that enforce keys, and connects pipelines on Prism and the
// direct runner to them.
package parquetio
