// Package store holds the state of the loopback Cloud Storage: buckets, and the generations of their objects. It
// depends on neither HTTP nor Cloud KMS; callers pass the function that chooses the key of an object.
//
// Results of a Store are immutable snapshots, which can be read without a lock. Every call is atomic: it takes effect
// as a whole or not at all. A Store is safe for concurrent use. It never holds its lock while bytes are transferred or
// a key is chosen.
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
	changes    rate
}

// New returns an empty store that records in the ledger what it creates and deletes.
func New(env *core.Env) *Store {
	return &Store{env: env, buckets: make(map[string]*bucket)}
}

// Error is a refusal of a store.
type Error string

// The errors of a store.
const (
	// NoBucket: there is no such bucket.
	NoBucket Error = "no such bucket"
	// NoObject: there is no such object, or not in that generation.
	NoObject Error = "no such object"
	// BucketExists: another bucket has the name.
	BucketExists Error = "bucket exists"
	// BucketNotEmpty: a bucket to be deleted has objects.
	BucketNotEmpty Error = "bucket not empty"
	// ConditionNotMet: a precondition of the call does not hold.
	ConditionNotMet Error = "condition not met"
	// NoSoftDelete: the bucket has no soft delete policy.
	NoSoftDelete Error = "no soft delete policy"
)

// Error returns the text of the refusal.
func (e Error) Error() string { return string(e) }

// nextGeneration returns a number greater than all before: microseconds by the cloud's clock, as Google's are.
func (s *Store) nextGeneration(now time.Time) int64 {
	s.generation = max(s.generation+1, now.UnixMicro())
	return s.generation
}

// bucket returns a bucket after its lifecycle rules applied.
func (s *Store) bucket(name string) (*bucket, error) {
	b, ok := s.buckets[name]
	if !ok {
		return nil, NoBucket
	}
	s.sweep(b)
	return b, nil
}
