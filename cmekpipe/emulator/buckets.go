package emulator

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"cloud.google.com/go/storage"
	"google.golang.org/api/iterator"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// CreateBucket creates a bucket of a project in a location such as "us-central1". Key becomes the bucket's default key,
// which encrypts objects whose writer names no other key. The zero KeyName creates a bucket without a default key.
func (c *Cloud) CreateBucket(ctx context.Context, project, name, location string, key cmekpipe.KeyName) error {
	client, err := c.storageClient()
	if err != nil {
		return err
	}
	attrs := &storage.BucketAttrs{Location: location}
	if key.Valid() {
		attrs.Encryption = &storage.BucketEncryption{DefaultKMSKeyName: key.String()}
	}
	return failure("create bucket", name, client.Bucket(name).Create(ctx, project, attrs))
}

// WriteObject writes "gs://bucket/object" with the bucket's default key, or without a key if the bucket has none.
func (c *Cloud) WriteObject(ctx context.Context, url string, data []byte) error {
	object, err := c.object(url)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	w := object.NewWriter(ctx)
	if _, err := w.Write(data); err != nil {
		return failure("write", url, err) // cancel abandons the upload; closing would commit half of it
	}
	return failure("write", url, w.Close())
}

// ReadObject returns the content of "gs://bucket/object".
func (c *Cloud) ReadObject(ctx context.Context, url string) ([]byte, error) {
	object, err := c.object(url)
	if err != nil {
		return nil, err
	}
	r, err := object.NewReader(ctx)
	if err != nil {
		return nil, failure("read", url, err)
	}
	defer r.Close()
	data, err := io.ReadAll(r)
	return data, failure("read", url, err)
}

// ListObjects returns the objects whose names begin with a prefix, "gs://bucket/prefix", as "gs://bucket/object" and in
// the order of their names.
func (c *Cloud) ListObjects(ctx context.Context, prefix string) ([]string, error) {
	bucket, name, err := splitURL(prefix)
	if err != nil {
		return nil, err
	}
	client, err := c.storageClient()
	if err != nil {
		return nil, err
	}
	var urls []string
	for it := client.Bucket(bucket).Objects(ctx, &storage.Query{Prefix: name}); ; {
		attrs, err := it.Next()
		if errors.Is(err, iterator.Done) {
			return urls, nil
		}
		if err != nil {
			return nil, failure("list", prefix, err)
		}
		urls = append(urls, "gs://"+bucket+"/"+attrs.Name)
	}
}

// LimitObjectChanges makes Cloud Storage refuse, with status 429, to create, change or delete one object more often than
// burst times at once and once each second in the long run, by the cloud's clock. Google Cloud limits it to about one each
// second and allows short bursts. A burst of 0, the default, is no limit.
func (c *Cloud) LimitObjectChanges(burst int) { c.objects.LimitChanges(burst) }

func (c *Cloud) object(url string) (*storage.ObjectHandle, error) {
	bucket, name, err := splitURL(url)
	if err != nil || name == "" {
		return nil, fmt.Errorf("emulator: got %q, want gs://BUCKET/OBJECT", url)
	}
	client, err := c.storageClient()
	if err != nil {
		return nil, err
	}
	return client.Bucket(bucket).Object(name), nil
}

func splitURL(url string) (bucket, name string, err error) {
	path, found := strings.CutPrefix(url, "gs://")
	bucket, name, _ = strings.Cut(path, "/")
	if !found || bucket == "" {
		return "", "", fmt.Errorf("emulator: got %q, want gs://BUCKET/PREFIX", url)
	}
	return bucket, name, nil
}
