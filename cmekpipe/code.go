package cmekpipe

import "strings"

// Code says what kind of thing went wrong. The set is closed, a code is never renamed or reused, and its text is
// what stands in logs, so that programs and alerts may depend on it. The zero Code is not a code.
//
// A Code is itself an error, so that errors.Is(err, cmekpipe.KeyDisabled) works on any error that wraps an [Error].
type Code string

// The codes, with what each asks of the person who meets it.
const (
	// InvalidName: a resource name breaks the rules of the service that owns it.
	InvalidName Code = "invalid-name"
	// InvalidOptions: job options contradict each other or leave out what a key needs.
	InvalidOptions Code = "invalid-options"
	// LocationMismatch: two things that must be in one place are not, most often a key and what it protects.
	LocationMismatch Code = "location-mismatch"
	// KeyMissing: a resource rests, or would rest, under no customer-managed key.
	KeyMissing Code = "key-missing"
	// KeyMismatch: a resource rests under another key than the one asked for.
	KeyMismatch Code = "key-mismatch"
	// KeyNotFound: Cloud KMS knows no such key, or hides it from the caller.
	KeyNotFound Code = "key-not-found"
	// KeyDisabled: the key version is disabled, scheduled for destruction or destroyed; Cloud Storage does not say which.
	KeyDisabled Code = "key-disabled"
	// KeyDenied: a service agent may not use the key.
	KeyDenied Code = "key-denied"
	// KeyUnusable: the key can't encrypt at rest at all, such as a signing key.
	KeyUnusable Code = "key-unusable"
	// Unprotected: a pipeline holds a transform that creates data at rest without a key.
	Unprotected Code = "unprotected"
	// EmulatorSet: an emulator variable would send a real launch, or a part of it, somewhere else.
	EmulatorSet Code = "emulator-set"
	// PermissionDenied: the caller lacks a permission that has nothing to do with the key.
	PermissionDenied Code = "permission-denied"
	// NotFound: a bucket, object, job or other resource does not exist.
	NotFound Code = "not-found"
	// AlreadyExists: the name is taken, as by a running job.
	AlreadyExists Code = "already-exists"
	// PreconditionFailed: the resource changed since it was looked at, or an organization policy forbids the call.
	PreconditionFailed Code = "precondition-failed"
	// Unavailable: the service asked to be tried again later and went on doing so.
	Unavailable Code = "unavailable"
	// Corrupted: what came back is not what was sent.
	Corrupted Code = "corrupted"
	// JobFailed: the runner ended the pipeline in failure for a reason that is not about keys.
	JobFailed Code = "job-failed"
	// Unsupported: the library refuses to do this rather than do it half.
	Unsupported Code = "unsupported"
	// Internal: the library or a service broke a promise; please report it.
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
