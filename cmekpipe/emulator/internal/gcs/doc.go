// Package gcs serves the loopback Cloud Storage: the JSON API and the reads of the XML API over HTTP, for Google's own
// client cloud.google.com/go/storage. It enforces customer-managed keys: an object is encrypted with one version of a
// key and can be read only while the bucket's service agent may use that version. Use [New].
//
// Data are held in memory and not encrypted; the server calls Cloud KMS as if they were.
//
// # Keys
//
// The key of a new object is the one that the call names (kmsKeyName, destinationKmsKeyName), else the bucket's default
// key, else none. The object keeps the version that is primary at that moment, and its kmsKeyName shows it. The server
// calls Cloud KMS on behalf of the Cloud Storage service agent of the bucket's project:
//
//   - to encrypt, when an object is inserted, composed, rewritten or copied, when a bucket gets a default key, and for
//     a resumable upload or a rewrite in several calls when it starts and again when it ends;
//   - to decrypt, when data are read, and for the sources of compose, rewrite, copy, move and restore.
//
// Metadata, lists and deletion need no key. Refusals have the reasons of
// https://docs.cloud.google.com/storage/docs/json_api/v1/status-codes: cloudKmsBadKey for a name that is not a
// CryptoKey's, such as that of a version, and for a key of another purpose; cloudKmsKeyLocationNotAllowed for a key
// that can't serve the bucket's location; cloudKmsEncryptionKeyNotFound, cloudKmsDecryptionKeyNotFound and
// cloudKmsDisabledKey; status 403 for an agent that may not use the key. The server refuses the field kmsKeyName in every
// body but that of a copy or rewrite whose parameter overrides it. Lists omit the checksums of objects with a
// customer-managed key.
//
// Objects that are moved or restored keep their key version; Google documents nothing about restored ones. A call that
// a bucket's encryption enforcement configuration forbids fails with status 412 and a text of ours.
//
// # Defaults
//
// As Google's: location US, storage class STANDARD, no versioning, no uniform access, and a soft delete policy of seven
// days. Deleted and overwritten objects therefore stay restorable, and in memory, unless the bucket's creator sets the
// policy to zero. A page of a list has at most 1000 entries; one call of a rewrite copies [DefaultBytesPerRewrite].
//
// # Scope
//
// Buckets: insert, get, list, patch, update, delete, lockRetentionPolicy, testIamPermissions. Objects: insert (media,
// multipart, resumable), get, list, patch, update, delete, compose, rewrite, copy, move, restore; ranges, transcoding of
// gzip, preconditions, generations, versioning, checksums, partial responses. The service agent's address. Any other call
// answers 501 with its name; a client of Google's that retries it gets 400. Parameters, fields and settings that the server
// doesn't know or serve are refused by name with status 400: predefined access control lists, hierarchicalNamespace,
// requester pays, IP filters, customer-supplied keys, the filter of lists. Every caller has every permission. The projection
// full shows owners and lists as Google's defaults, without effect. The settings website, logging, cors and rpo are stored
// and have no effect, and Autoclass changes no storage class. Deleted buckets are not restorable.
//
// # Time
//
// All times are those of the cloud's clock. A bucket's retention policy, an object's retention and holds keep objects from
// being deleted and overwritten, by lifecycle rules too; with versioning the live object may become noncurrent. Lifecycle
// rules apply within a minute after an object meets their conditions, Google's within a day or so. Soft-deleted objects can
// be restored until the end of the bucket's policy. [Server.LimitChanges] limits how often one object may change.
//
// # Errors
//
// Errors are JSON as Google's, XML for calls to the XML API. Texts are Google's where they are public, else ours.
//
// # Concurrency
//
// Calls are served concurrently, and each is atomic. No lock is held while data are transferred or while Cloud KMS is
// called. A call uses the key and the bucket as they are at one moment between its start and its end.
package gcs
