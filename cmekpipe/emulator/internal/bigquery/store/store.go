// Package store is the state of the loopback BigQuery: the datasets of projects, their tables and the rows in them, and
// what each rests under. It knows nothing of HTTP, gRPC or SQL, and does ask Cloud KMS about keys.
//
// What a [Store] returns is a snapshot that nobody changes any more, so that it may be read without a lock. Every call is
// atomic: the check of the key, the effect and the line in the ledger are one step. Tables whose time is up by the
// cloud's clock are gone for every call.
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
	"strings"
	"sync"
	"time"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
)

// Store holds datasets and tables in memory. Use [New].
type Store struct {
	env *core.Env

	mu       sync.RWMutex
	datasets map[DatasetRef]*dataset
	defaults map[place]cmekpipe.KeyName
	serial   uint64 // counts changes, for etags and anonymous names
}

// place is where a project's default key holds.
type place struct{ project, location string }

// New returns an empty store that takes down in the ledger what it creates and deletes.
func New(env *core.Env) *Store {
	return &Store{env: env, datasets: make(map[DatasetRef]*dataset), defaults: make(map[place]cmekpipe.KeyName)}
}

// Now returns the time by the cloud's clock.
func (s *Store) Now() time.Time { return s.env.Now() }

// SetProjectDefaultKey sets the key that protects what a project makes in a location without naming a key, where the
// dataset has no default of its own: tables and the anonymous results of queries. The zero KeyName ends it.
func (s *Store) SetProjectDefaultKey(project, location string, key cmekpipe.KeyName) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	at := place{project, strings.ToLower(location)}
	if !key.Valid() {
		delete(s.defaults, at)
		return nil
	}
	if _, err := s.wrap(project, location, key); err != nil {
		return err
	}
	s.defaults[at] = key
	return nil
}

// ProjectDefaultKey returns the key that SetProjectDefaultKey set; the zero KeyName for none.
func (s *Store) ProjectDefaultKey(project, location string) cmekpipe.KeyName {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.defaults[place{project, strings.ToLower(location)}]
}
