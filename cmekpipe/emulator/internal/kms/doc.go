// Package kms serves the loopback Cloud KMS, API v1 over gRPC, for Google's own client cloud.google.com/go/kms/apiv1.
// It stores keys, their versions and their policies, and it encrypts with AES-256-GCM. Every version has its own key
// material, which it loses when it is destroyed. [Server] also serves the other services of the loopback cloud, as
// [core.Keys].
//
// # Scope
//
// KeyManagementService: key rings, CryptoKeys and CryptoKeyVersions with create, get, list and update, the primary
// version, destroy and restore, Encrypt and Decrypt. IAMPolicy on key rings and CryptoKeys. GetLocation. All other
// methods answer UNIMPLEMENTED, and so do list filters and orders. Keys of every purpose and protection level can be
// created; only those of purpose ENCRYPT_DECRYPT can be used, because only they can encrypt data at rest. Versions are
// ENABLED as soon as they are created. An external key manager counts as reachable.
//
// # Time
//
// Rotation and destruction follow the cloud's clock. They happen when a call reads the key, with the time at which they
// were due.
//
// # Permissions
//
// Access is denied by default. The metadata header [core.PrincipalHeader] names the caller; without it the caller is
// [core.Owner], an administrator who may not use keys. Package access decides what every other caller and the service agents
// may do, by the policies of a key, its key ring, its project and what is above that.
//
// # Errors
//
// The texts for a denied permission and for a version that is not enabled are Google's; the others are ours. A project
// has one name here: its id and its number mean two projects.
//
// # Concurrency
//
// Calls are served one at a time, and each is atomic.
package kms
