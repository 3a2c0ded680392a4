// Package store is the state of the loopback BigQuery: the datasets of projects, their tables and the rows in them, and
// the keys that encrypt each. It knows nothing of HTTP, gRPC or SQL; it checks keys with the loopback Cloud KMS.
//
// What a [Store] returns is a snapshot that is never changed, so that it may be read without a lock. Every call is
// atomic: the check of the key, the effect and the line in the ledger are one step. Tables that have expired by the
// cloud's clock are not found.
//
// # Errors
//
// Every refusal is an [*Error] with BigQuery's reason and text; the APIs over HTTP and gRPC translate the reason only.
//
// # Concurrency
//
// A Store may be used by many goroutines.
package store

import (
	"sync"
	"time"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
)

// Store holds datasets and tables in memory. Use [New].
type Store struct {
	env *core.Env

	mu       sync.RWMutex
	datasets map[DatasetRef]*dataset
	serial   uint64 // counts changes, for etags and anonymous names
	limits   Limits // as they were set
}

// New returns an empty store that records in the ledger what it creates and deletes.
func New(env *core.Env) *Store {
	return &Store{env: env, datasets: make(map[DatasetRef]*dataset)}
}

// Now returns the time by the cloud's clock.
func (s *Store) Now() time.Time { return s.env.Now() }
