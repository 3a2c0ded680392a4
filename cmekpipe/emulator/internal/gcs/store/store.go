// Package store is the state of the loopback Cloud Storage: buckets, and the generations of their objects. It knows
// nothing of HTTP and asks nobody about keys; its caller hands it a function that does.
//
// What a Store returns is a snapshot that nobody changes any more, so that it may be read without a lock. Every call
// is atomic: it takes effect whole or not at all. A Store may be used by many goroutines, and its lock is never held
// while bytes move or while a key is asked for.
package store

import (
	"sync"
	"time"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
)

// Store holds buckets and objects in memory. Use [New].
type Store struct {
	env *core.Env

	mu         sync.Mutex
	buckets    map[string]*bucket
	generation int64
}

// New returns an empty store that takes down in the ledger what it creates and deletes.
func New(env *core.Env) *Store {
	return &Store{env: env, buckets: make(map[string]*bucket)}
}

// Error is a refusal of a store.
type Error string

// The refusals.
const (
	// NoBucket: there is no such bucket.
	NoBucket Error = "no such bucket"
	// NoObject: there is no such object, or not in that generation.
	NoObject Error = "no such object"
	// BucketExists: the name is taken.
	BucketExists Error = "bucket exists"
	// BucketNotEmpty: a bucket that is to be deleted holds objects.
	BucketNotEmpty Error = "bucket not empty"
	// ConditionNotMet: a precondition of the caller does not hold.
	ConditionNotMet Error = "condition not met"
	// NoSoftDelete: the bucket retains nothing that is deleted.
	NoSoftDelete Error = "no soft delete policy"
)

// Error returns the refusal in words.
func (e Error) Error() string { return string(e) }

// nextGeneration returns a number greater than every other: microseconds by the cloud's clock, as Google's are.
func (s *Store) nextGeneration(now time.Time) int64 {
	s.generation = max(s.generation+1, now.UnixMicro())
	return s.generation
}

func (s *Store) bucket(name string) (*bucket, error) {
	b, ok := s.buckets[name]
	if !ok {
		return nil, NoBucket
	}
	return b, nil
}
