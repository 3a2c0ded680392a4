// Package parquetio reads Parquet files, and writes them to Cloud Storage under a Cloud KMS key.
//
// Most people need [Read] and [Write]. They are named and used as in Beam's parquetio, except that Write takes a
// [cmekpipe.Object], which only a key can mint:
//
//	type account struct {
//		Number  string `parquet:"name=number, type=BYTE_ARRAY, convertedtype=UTF8"`
//		Balance int64  `parquet:"name=balance, type=INT64"`
//		Closed  *int32 `parquet:"name=closed, type=INT32, convertedtype=DATE"` // nil if it is open
//	}
//
//	key := cmekpipe.MustParseKey[location.USCentral1]("projects/…/locations/us-central1/keyRings/…/cryptoKeys/…")
//	accounts := parquetio.Read(s, "gs://bank-records/in/*.parquet", reflect.TypeFor[account]())
//	parquetio.Write(s, key.MustObject("gs://bank-records/out/accounts"), accounts)
//
// The tags are those of github.com/xitongsys/parquet-go, which Beam uses as well: name= and type= for each column,
// convertedtype= or logicaltype= for what it means; keytype= and valuetype= for maps and lists. A pointer is a column that
// may be null, a slice a list, or a repeated column with repetitiontype=REPEATED. The type must be registered with Beam,
// as all types of elements.
//
// Types for which that library writes something else than the rows hold are refused: a struct without any tag, which it
// writes no rows of; an int64 as INT32, which it cuts; an array, of which it writes the type's name; repetitiontype=OPTIONAL
// without a pointer, which it writes nulls for; a field whose name is not of ASCII, which it leaves out;
// encoding=DELTA_BINARY_PACKED, with which it loses numbers whose differences overflow.
//
// # Defaults
//
// Files have row groups of 32 MiB and pages of 1 MiB, each before encoding, compressed with Snappy and with a
// checksum, and as many files as there are bundles of elements; their names end in ".parquet". Statistics tell the nulls of each column of a group, and
// the bounds of integers and of text of up to 64 bytes; omitstats=true leaves them out. Every object, the temporary ones
// included, is written with the key's name in the request, so that the bucket's default key plays no part. When Cloud
// Storage has stored an object it reports the key; an object under any other is removed and the write fails.
//
// Temporary objects lie under the key in folders .cmekpipe-temp-ID beside the prefix, of which no two runs share one, and
// are removed at the end. A run that fails leaves them there, and a worker that dies may leave one. Shards of an earlier run are not removed: where their number may differ, use a new prefix
// for each run. Beam's Write makes one file; for that add [WithNumShards](1).
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
// *cmekpipe.Error, which [cmekpipe.FindError] finds in the text of the job's error. InvalidOptions is a row that its tags
// don't fit, or a file whose columns are not as the type has them, Corrupted a file that can't be read to its end; none is
// ever passed over, and neither error shows what a row holds. KeyDisabled, KeyDenied, KeyNotFound or LocationMismatch name
// the key as the reason, KeyMissing or KeyMismatch that Cloud Storage stored an object under no or another key, NotFound a
// missing bucket, PermissionDenied the worker's own permissions, Unavailable that trying again did not help. A run that
// fails shows no object under its final name, whole or truncated, but for the exceptions that package textio lists.
//
// # Concurrency
//
// Read and Write work on all workers. Each worker thread that writes has one client, one open object, about 17 MiB of
// buffers and the row group in the making. One that reads has a whole file in memory. Two runs at the same time must not
// write to the same prefix, or the shards of one replace those of the other.
//
// # Testing
//
// Package cmektest starts a loopback Cloud Storage and Cloud KMS that enforce keys, and points workers on Prism and the
// direct runner at them.
package parquetio
