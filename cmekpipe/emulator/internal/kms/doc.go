// Package kms is the loopback Cloud KMS, API v1 over gRPC, for Google's own client cloud.google.com/go/kms/apiv1. It
// keeps keys, their versions and who may use them, and it really encrypts: AES-256-GCM with key material that every
// version has of its own and loses when it is destroyed. [Server] also answers the other services of the loopback
// cloud, as [service.Keys].
//
// # Scope
//
// KeyManagementService: key rings, CryptoKeys and CryptoKeyVersions with create, get, list and update, the primary
// version, destroy and restore, Encrypt and Decrypt. IAMPolicy on key rings and CryptoKeys. GetLocation. All other
// methods answer UNIMPLEMENTED, and so do list filters and orders. Keys of every purpose and protection level can be
// made; only those of purpose ENCRYPT_DECRYPT can be used, because only they can protect data at rest. Versions are
// ENABLED as soon as they are created, and an external key manager is taken to be reachable.
//
// # Time
//
// Rotation and destruction follow the cloud's clock. They happen when somebody looks at the key, and bear the time at
// which they were due.
//
// # Permissions
//
// Denied by default. The caller is whom the metadata header [service.PrincipalHeader] names, and [service.Owner]
// otherwise: an administrator of keys who may not use them. Everybody else holds what the policies of a key and its key
// ring grant, by the roles cloudkms.admin, viewer, cryptoKeyEncrypter, cryptoKeyDecrypter and
// cryptoKeyEncrypterDecrypter. There is no policy on projects, and a grant works at once, where Google's takes minutes.
//
// # Errors
//
// The texts for a denied permission and for a version that is not enabled are Google's; the others are ours. A project
// has one name here: its id and its number are two projects.
//
// # Concurrency
//
// Calls are served one at a time, each whole.
package kms
