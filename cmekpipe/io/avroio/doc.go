// Package avroio reads Avro object container files, and writes them to Cloud Storage under a Cloud KMS key.
//
// Most people need [Read] and [Write]. They are named and used as in Beam's avroio, except that Write takes a
// [cmekpipe.Object], which only a key can mint:
//
//	key := cmekpipe.MustParseKey[location.USCentral1]("projects/…/locations/us-central1/keyRings/…/cryptoKeys/…")
//	accounts := avroio.Read(s, "gs://bank-records/in/*.avro", reflect.TypeFor[string]())
//	avroio.Write(s, key.MustObject("gs://bank-records/out/accounts"), schema, accounts)
//
// Elements to write are Avro's own JSON encoding of the schema: the value of a union stands in an object that names its
// type, {"string": "x"}, and bytes are text of the characters U+0000 to U+00FF. Read returns what Go's encoding/json
// makes of a row, which is the same but for bytes, decimals and times: bytes become base64.
//
// # Defaults
//
// Files are compressed with Snappy, in blocks of 64 KiB before compression, as many to a file as there are bundles of
// elements; their names end in ".avro". Every object, the temporary ones included, is written with the key's name in the
// request, so that the bucket's default key plays no part. When Cloud Storage has stored an object it reports the key; an
// object under any other is removed and the write fails.
//
// Temporary objects lie under the key in folders .cmekpipe-temp-ID beside the prefix, of which no two runs share one, and
// are removed at the end. A run that fails leaves them there, and a worker that dies may leave one. Shards of an earlier run are not removed: where their number may differ, use a new prefix
// for each run. Beam's Write makes one file where no number is given; for that add [WithNumShards](1).
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
// *cmekpipe.Error, which [cmekpipe.FindError] finds in the text of the job's error. InvalidOptions is an element that is
// not JSON of the schema, Corrupted a file that can't be read to its end; neither is ever passed over, and neither error
// shows what the row holds. KeyDisabled, KeyDenied, KeyNotFound or LocationMismatch name the key as the reason,
// KeyMissing or KeyMismatch that Cloud Storage stored an object under no or another key, NotFound a missing bucket,
// PermissionDenied the worker's own permissions, Unavailable that trying again did not help. A run that fails shows no
// object under its final name, whole or truncated, but for the exceptions that package textio lists.
//
// # Concurrency
//
// Read and Write work on all workers. Each worker thread that writes has one client, one open object and about 17 MiB of
// buffers. Two runs at the same time must not write to the same prefix, or the shards of one replace those of the other.
//
// # Testing
//
// Package cmektest starts a loopback Cloud Storage and Cloud KMS that enforce keys, and points workers on Prism and the
// direct runner at them.
package avroio
