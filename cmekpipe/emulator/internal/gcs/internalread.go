package gcs

import (
	"bytes"
	"context"
	"errors"
	"io"

	raw "google.golang.org/api/storage/v1"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/gcs/store"
)

// Inside is Cloud Storage for the cloud's other services, which load from it and extract to it on behalf of their
// callers. Faults don't affect it, because they are for calls of clients.
type Inside struct{ s *Server }

// Inside returns the access of the cloud's other services.
func (s *Server) Inside() Inside { return Inside{s} }

// Names returns the live objects of a bucket whose names start with a prefix, in order.
func (in Inside) Names(_ context.Context, bucket, prefix string) ([]string, error) {
	var names []string
	for q := (store.Query{Prefix: prefix, Limit: 1000}); ; {
		page, err := in.s.store.List(bucket, q)
		if err != nil {
			return nil, err
		}
		for _, o := range page.Objects {
			names = append(names, o.Name)
		}
		if page.Next == nil {
			return names, nil
		}
		q.After = *page.Next
	}
}

// Read returns the content of an object. It fails if the object's key can't be used.
func (in Inside) Read(ctx context.Context, bucket, name string) ([]byte, error) {
	o, err := in.s.store.Object(bucket, name, 0)
	if err != nil {
		return nil, err
	}
	if err := in.s.unwrap(ctx, o); err != nil {
		return nil, err
	}
	var data bytes.Buffer
	data.Grow(int(o.Data.Size()))
	err = o.Data.WriteRange(&data, 0, o.Data.Size())
	return data.Bytes(), err
}

// HasBucket reports whether a bucket exists.
func (in Inside) HasBucket(_ context.Context, bucket string) bool {
	_, err := in.s.store.Bucket(bucket)
	return err == nil
}

// MakeBucket creates a bucket of a project without a default key, unless a bucket of that name exists.
func (in Inside) MakeBucket(_ context.Context, project, name, location string) error {
	b := &store.Bucket{Project: project, Attrs: raw.Bucket{Name: name, Location: location}}
	if err := in.s.newBucket(b); err != nil {
		return err
	}
	if err := in.s.checkPolicies(b, location, b.DefaultKey); err != nil {
		return err
	}
	if err := in.s.store.CreateBucket(b); !errors.Is(err, store.BucketExists) {
		return err
	}
	return nil
}

// Write creates an object with the bucket's default key. Method is the call that it is created for.
func (in Inside) Write(ctx context.Context, bucket, name, method string, data []byte) error {
	blob, err := store.ReadBlob(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return err
	}
	sums := newSums()
	if _, err := sums.Write(data); err != nil {
		return err
	}
	_, err = in.s.store.Create(store.Creation{
		Object: store.Object{Bucket: bucket, Name: name, Data: blob, CRC32C: sums.crc, MD5: sums.md5.Sum(nil)},
		Method: method, Protect: in.s.protect(ctx, ""),
	})
	return err
}

// Matching returns readers of a bucket's live objects whose names begin with prefix and match, in the order of the
// names. Each object's key must be usable.
func (s *Server) Matching(ctx context.Context, bucket, prefix string, match func(name string) bool) ([]io.Reader, error) {
	const page = 1000
	var readers []io.Reader
	for q := (store.Query{Prefix: prefix, Match: match, Limit: page}); ; {
		found, err := s.store.List(bucket, q)
		if err != nil {
			return nil, refusal(err, bucket, prefix)
		}
		for _, o := range found.Objects {
			if err := s.unwrap(ctx, o); err != nil {
				return nil, err
			}
			readers = append(readers, o.Data.Reader())
		}
		if found.Next == nil {
			return readers, nil
		}
		q.After = *found.Next
	}
}
