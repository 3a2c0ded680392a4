package cmekpipe

import "strings"

// Code is the kind of a failure. The set is closed, a code is never renamed or reused, and logs contain its text, so that
// programs and alerts may depend on it. The zero Code is not a code.
//
// A Code is itself an error, so that errors.Is(err, cmekpipe.KeyDisabled) works on any error that wraps an [Error].
type Code string

// The codes.
const (
	// InvalidName: a resource name breaks the rules of the service that owns it.
	InvalidName Code = "invalid-name"
	// InvalidOptions: job options contradict each other, or a required one is missing.
	InvalidOptions Code = "invalid-options"
	// LocationMismatch: two resources that must be in the same location are not, usually a key and what it encrypts.
	LocationMismatch Code = "location-mismatch"
	// KeyMissing: a resource is not, or would not be, encrypted with a customer-managed key.
	KeyMissing Code = "key-missing"
	// KeyMismatch: a resource is encrypted with another key than the one requested.
	KeyMismatch Code = "key-mismatch"
	// KeyNotFound: Cloud KMS has no such key, or does not show it to the caller.
	KeyNotFound Code = "key-not-found"
	// KeyDisabled: the key version is disabled, scheduled for destruction or destroyed; Cloud Storage does not say which.
	KeyDisabled Code = "key-disabled"
	// KeyDenied: a service agent may not use the key.
	KeyDenied Code = "key-denied"
	// KeyUnusable: the key is of a kind that can't encrypt data at rest, such as a signing key.
	KeyUnusable Code = "key-unusable"
	// Unprotected: a pipeline contains a transform that creates data at rest without a key.
	Unprotected Code = "unprotected"
	// EmulatorSet: an environment variable for an emulator would redirect a real launch, or a part of it.
	EmulatorSet Code = "emulator-set"
	// PermissionDenied: the caller lacks a permission that is not about the key.
	PermissionDenied Code = "permission-denied"
	// NotFound: a bucket, object, job or other resource does not exist.
	NotFound Code = "not-found"
	// AlreadyExists: the name is in use, for example by a running job.
	AlreadyExists Code = "already-exists"
	// PreconditionFailed: the resource changed since it was read, or an organization policy forbids the call.
	PreconditionFailed Code = "precondition-failed"
	// Unavailable: the service kept returning a retryable error.
	Unavailable Code = "unavailable"
	// Corrupted: data that was read back differs from what was written.
	Corrupted Code = "corrupted"
	// JobFailed: the pipeline failed for a reason that is not about keys.
	JobFailed Code = "job-failed"
	// Unsupported: the library does not support the request, and refuses it.
	Unsupported Code = "unsupported"
	// Internal: a bug in the library or in a service; please report it.
	Internal Code = "internal"
	// KeyUnreachable: Cloud KMS can't reach the external key manager that holds the key.
	KeyUnreachable Code = "key-unreachable"
	// NoCredentials: Google's client found no credentials for the call, or only expired ones.
	NoCredentials Code = "no-credentials"
)

// Codes returns every code, in the order of their documentation.
func Codes() []Code {
	return []Code{
		InvalidName, InvalidOptions, LocationMismatch, KeyMissing, KeyMismatch, KeyNotFound, KeyDisabled, KeyDenied,
		KeyUnusable, Unprotected, EmulatorSet, PermissionDenied, NotFound, AlreadyExists, PreconditionFailed,
		Unavailable, Corrupted, JobFailed, Unsupported, Internal, KeyUnreachable, NoCredentials,
	}
}

// Error returns the code in words: "key disabled".
func (c Code) Error() string { return strings.ReplaceAll(string(c), "-", " ") }
