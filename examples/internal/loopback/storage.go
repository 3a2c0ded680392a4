package loopback

import (
	"cmp"
	"context"
	"errors"
	"io"
	"strings"

	"cloud.google.com/go/storage"
	"google.golang.org/api/iterator"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
)

// CreateBucket makes a bucket in a location unless it exists. It has no default key, so that only a sink's own key
// protects what a pipeline writes.
func (c *Cloud) CreateBucket(ctx context.Context, name, location string) error {
	if c.buckets[name] {
		return nil
	}
	c.buckets[name] = true
	client, err := c.storage(ctx)
	if err != nil {
		return err
	}
	defer client.Close()
	return client.Bucket(name).Create(ctx, c.project, &storage.BucketAttrs{
		Location: location, SoftDeletePolicy: &storage.SoftDeletePolicy{},
	})
}

// Put stores a text under a key.
func (c *Cloud) Put(ctx context.Context, o cmekpipe.Object, text string) error {
	client, err := c.storage(ctx)
	if err != nil {
		return err
	}
	defer client.Close()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	w := client.Bucket(o.Bucket()).Object(o.Name()).NewWriter(ctx)
	w.KMSKeyName = o.Key().String()
	if _, err := io.WriteString(w, text); err != nil {
		return err // the deferred cancel abandons the upload; closing would commit half of it
	}
	return w.Close()
}

// Lines returns the lines of all objects whose names begin with the prefix.
func (c *Cloud) Lines(ctx context.Context, prefix cmekpipe.Object) ([]string, error) {
	client, err := c.storage(ctx)
	if err != nil {
		return nil, err
	}
	defer client.Close()
	bucket := client.Bucket(prefix.Bucket())
	var lines []string
	for objects := bucket.Objects(ctx, &storage.Query{Prefix: prefix.Name()}); ; {
		attrs, err := objects.Next()
		if errors.Is(err, iterator.Done) {
			return lines, nil
		}
		if err != nil {
			return nil, err
		}
		r, err := bucket.Object(attrs.Name).NewReader(ctx)
		if err != nil {
			return nil, err
		}
		text, err := io.ReadAll(r)
		if err := cmp.Or(err, r.Close()); err != nil {
			return nil, err
		}
		lines = append(lines, strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")...)
	}
}

func (c *Cloud) storage(ctx context.Context) (*storage.Client, error) {
	return storage.NewClient(ctx, c.ClientOptions(emulator.Storage)...)
}
