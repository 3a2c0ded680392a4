package bigquery

import (
	"context"
)

// Objects is the loopback Cloud Storage, as jobs that load and extract see it.
type Objects interface {
	// Names returns the live objects of a bucket whose names start with a prefix, in order.
	Names(ctx context.Context, bucket, prefix string) ([]string, error)
	// Read returns what an object holds. It fails if the key that the object rests under can't be used.
	Read(ctx context.Context, bucket, name string) ([]byte, error)
	// Write makes an object under the bucket's default key, as a method of some API.
	Write(ctx context.Context, bucket, name, method string, data []byte) error
}
