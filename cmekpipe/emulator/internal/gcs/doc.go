// Package gcs is the loopback Cloud Storage: the JSON API and the reads of the XML API, over HTTP, for Google's own
// client cloud.google.com/go/storage, which finds it through STORAGE_EMULATOR_HOST or option.WithEndpoint. It exists
// to show what Cloud Storage does with customer-managed keys, and does it for real: an object rests under one version
// of a key, and can be read as long as the bucket's service agent may use that version. Most callers need [New] alone.
//
// Data are held in memory. They are not encrypted; Cloud KMS is asked as if they were.
//
// # Keys
//
// The key of a new object is the one that the call names (kmsKeyName, destinationKmsKeyName), else the bucket's default
// key, else none. The object keeps the version that is the key's primary one at that moment, and its kmsKeyName shows
// it. Cloud KMS is asked on behalf of the Cloud Storage service agent of the bucket's project:
//
//   - to encrypt, when an object is inserted, composed, rewritten or copied, when a bucket gets a default key, and for
//     a resumable upload or a rewrite in several calls when it starts and again when it ends;
//   - to decrypt, when data are read, and for the sources of compose, rewrite, copy, move and restore.
//
// Metadata, lists and deletion need no key. Refusals have the reasons of
// https://docs.cloud.google.com/storage/docs/json_api/v1/status-codes: cloudKmsBadKey for what is not the name of a
// CryptoKey, that of a version too, and for a key of another purpose; cloudKmsKeyLocationNotAllowed for a key that
// can't serve the bucket's location; cloudKmsEncryptionKeyNotFound, cloudKmsDecryptionKeyNotFound and
// cloudKmsDisabledKey with the text of Cloud KMS; status 403 for an agent that may not use the key. The resource's own
// kmsKeyName is refused in every body. Lists leave out the checksums of objects under a customer's key.
//
// Objects that are moved or restored stay under the key version that they are under; Google says nothing about that of
// restored ones. A bucket's encryption enforcement configurations are enforced with status 412, and a text of ours.
//
// # Defaults
//
// As Google's: location US, storage class STANDARD, no versioning, no uniform access, and a soft delete policy of seven
// days. What is deleted or overwritten therefore stays restorable, and in memory, unless the bucket's creator sets the
// policy to zero. Lists hold 1000 entries a page; [DefaultBytesPerRewrite] is what one call of a rewrite copies.
//
// # Scope
//
// Buckets: insert, get, list, patch, update, delete, testIamPermissions. Objects: insert (media, multipart, resumable),
// get, list, patch, update, delete, compose, rewrite, copy, move, restore; ranges, transcoding of gzip, preconditions,
// generations, versioning, checksums, partial responses. The service agent's address. All else answers 404.
// Callers are not told apart, so that everybody may do everything. Settings with no bearing on keys are kept and shown
// and do nothing else: lifecycle, holds, retention, logging, CORS. There are no access control lists. Deleted buckets
// are not restorable. Customer-supplied keys and the filter of lists are refused.
//
// # Errors
//
// Errors are JSON as Google's, XML where the XML API is spoken. Texts are Google's where they are public, else ours.
//
// # Concurrency
//
// Calls run at the same time, each whole. No lock is held while data move or while Cloud KMS is asked. What a call says
// about a key and a bucket holds at one moment between its start and its end.
package gcs
