package emulator

import (
	"time"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
)

// Kind is the kind of a resource in the ledger.
type Kind string

// The kinds of resources that the services record.
const (
	KindKeyRing          Kind = "keyRing"
	KindCryptoKey        Kind = "cryptoKey"
	KindCryptoKeyVersion Kind = "cryptoKeyVersion"
	KindBucket           Kind = "bucket"
	KindObject           Kind = "object"
	KindJob              Kind = "job"
	KindSnapshot         Kind = "snapshot"
	KindDataset          Kind = "dataset"
	KindTable            Kind = "table"
	KindTopic            Kind = "topic"
	KindSubscription     Kind = "subscription"
	KindInstance         Kind = "instance"
	KindCluster          Kind = "cluster"
	KindRows             Kind = "rows"
	KindDatabase         Kind = "database"
	KindEntity           Kind = "entity"
	KindFHIRStore        Kind = "fhirStore"
	KindFHIRResource     Kind = "fhirResource"
)

// Entry is one line of the ledger: a resource that was created, and the key that encrypts it.
type Entry struct {
	// Time is when the resource was created, by the cloud's clock.
	Time time.Time `json:"time"`
	// Service is the API that created it.
	Service Service `json:"service"`
	// Method is the call that created it, such as [StorageObjectsInsert].
	Method Method `json:"method"`
	// Kind is the kind of resource.
	Kind Kind `json:"kind"`
	// Name is the full resource name: "gs://bucket/object", "project.dataset.table", else as the API writes it.
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

// ProtectedBy returns the key that encrypts the resource, without a version. The zero KeyName means none.
func (e Entry) ProtectedBy() cmekpipe.KeyName {
	if e.Key.Valid() {
		return e.Key.KeyName()
	}
	return e.KeyName
}

// IsKMSResource reports whether the resource is a key ring, key or key version of Cloud KMS, which no other key encrypts.
func (e Entry) IsKMSResource() bool { return e.Service == KMS }

// Ledger returns every resource that was ever created, the oldest first and deleted ones included.
func (c *Cloud) Ledger() []Entry {
	lines := c.env.Ledger.Entries()
	entries := make([]Entry, len(lines))
	for i, l := range lines {
		entries[i] = entryOf(l)
	}
	return entries
}

func entryOf(l core.Entry) Entry {
	return Entry{
		Time: l.Time, Service: Service(l.Service), Method: Method(l.Method), Kind: Kind(l.Kind), Name: l.Name,
		Project: l.Project, Generation: l.Generation, Size: l.Size, Key: l.Key, KeyName: l.KeyName, KeyAsked: l.KeyAsked,
		Deleted: l.Deleted,
	}
}
