package bigquery

import (
	"context"
)

// Objects is the loopback Cloud Storage, as jobs that load and extract see it.
type Objects interface {
	// Names returns the live objects of a bucket whose names start with a prefix, in order.
	Names(ctx context.Context, bucket, prefix string) ([]string, error)
	// Read returns what an object holds. It fails if the key that encrypts the object can't be used.
	Read(ctx context.Context, bucket, name string) ([]byte, error)
	// Write creates an object encrypted with the bucket's default key; method is the call that the ledger names.
	Write(ctx context.Context, bucket, name, method string, data []byte) error
}
