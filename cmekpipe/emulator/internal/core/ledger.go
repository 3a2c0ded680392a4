package core

import (
	"slices"
	"sync"
	"time"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// Entry is one line of the ledger: a resource that was created, and the key that encrypts it.
type Entry struct {
	// Time is when the resource was created, by the cloud's clock.
	Time time.Time `json:"time"`
	// Service is the API: "storage", "dataflow", "kms".
	Service string `json:"service"`
	// Method is the call that created it: "storage.objects.insert".
	Method string `json:"method"`
	// Kind is the sort of resource: "bucket", "object", "job".
	Kind string `json:"kind"`
	// Name is the full resource name: "gs://bucket/object".
	Name string `json:"name"`
	// Project owns the resource.
	Project string `json:"project,omitempty"`
	// Generation distinguishes resources that had the same name one after the other, where the service has generations.
	Generation int64 `json:"generation,omitempty"`
	// Size is in bytes, where the resource has a size.
	Size int64 `json:"size,omitempty"`
	// Key is the key version that encrypts the resource. It is zero if no key does, and if only a key without a version is
	// known, which is in KeyName: [Entry.ProtectedBy] returns the key of either.
	Key cmekpipe.KeyVersionName `json:"key,omitzero"`
	// KeyName is the key of a resource that names a key without a version, such as a bucket's default key or a job's
	// key.
	KeyName cmekpipe.KeyName `json:"keyName,omitzero"`
	// KeyAsked reports whether the call itself named the key. If false, a default key was used.
	KeyAsked bool `json:"keyAsked,omitempty"`
	// Deleted is when the resource was deleted; zero while it exists.
	Deleted time.Time `json:"deleted,omitzero"`
}

// ProtectedBy returns the key that encrypts the resource, without a version.
func (e Entry) ProtectedBy() cmekpipe.KeyName {
	if e.Key.Valid() {
		return e.Key.KeyName()
	}
	return e.KeyName
}

// Ledger records every resource that was ever created, deleted ones included. It is safe for concurrent use.
type Ledger struct {
	mu      sync.Mutex
	entries []Entry
}

// Record records a creation.
func (l *Ledger) Record(e Entry) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.entries = append(l.entries, e)
}

// Delete marks the newest entry of that kind, name and generation that is not deleted as deleted at a time.
func (l *Ledger) Delete(kind, name string, generation int64, at time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i := len(l.entries) - 1; i >= 0; i-- {
		e := &l.entries[i]
		if e.Kind == kind && e.Name == name && e.Generation == generation && e.Deleted.IsZero() {
			e.Deleted = at
			return
		}
	}
}

// Entries returns a copy of all lines, oldest first.
func (l *Ledger) Entries() []Entry {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.entries)
}
