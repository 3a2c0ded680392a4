package core

import (
	"slices"
	"sync"
	"time"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// Entry is one line of the ledger: a resource that came into being.
type Entry struct {
	// Time is when, by the cloud's clock.
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
	// Generation tells two lives of one name apart, where the service has generations.
	Generation int64 `json:"generation,omitempty"`
	// Size is in bytes, where the resource has a size.
	Size int64 `json:"size,omitempty"`
	// Key is what it rests under; the zero KeyVersionName means no customer-managed key.
	Key cmekpipe.KeyVersionName `json:"key,omitzero"`
	// KeyName is the key for resources that hold a key without a version: a bucket's default key, a job's key.
	KeyName cmekpipe.KeyName `json:"keyName,omitzero"`
	// KeyAsked tells that the call itself named the key, where false means that a default decided.
	KeyAsked bool `json:"keyAsked,omitempty"`
	// Deleted is when the resource went away; zero while it exists.
	Deleted time.Time `json:"deleted,omitzero"`
}

// ProtectedBy returns the key that the resource rests under, without a version.
func (e Entry) ProtectedBy() cmekpipe.KeyName {
	if e.Key.Valid() {
		return e.Key.KeyName()
	}
	return e.KeyName
}

// Ledger remembers every resource that was ever created, the deleted ones too. It may be used by many goroutines.
type Ledger struct {
	mu      sync.Mutex
	entries []Entry
}

// Record takes down a creation.
func (l *Ledger) Record(e Entry) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.entries = append(l.entries, e)
}

// Delete marks the newest living entry of that kind, name and generation as deleted at a time.
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
