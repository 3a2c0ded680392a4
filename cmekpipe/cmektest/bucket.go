package cmektest

import (
	"io"
	"strings"

	"cloud.google.com/go/storage"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// Bucket makes a bucket of [Project] in a location such as "us-central1", whose objects rest under key unless their
// writer says otherwise. The zero KeyName makes a bucket without a default key, which [Cloud.RequireEncrypted] reports.
func (c *Cloud) Bucket(name, location string, key cmekpipe.KeyName) {
	c.t.Helper()
	attrs := &storage.BucketAttrs{Location: location}
	if key.Valid() {
		attrs.Encryption = &storage.BucketEncryption{DefaultKMSKeyName: key.String()}
	}
	if err := c.storage.Bucket(name).Create(c.t.Context(), Project, attrs); err != nil {
		c.t.Fatalf("cmektest: bucket %s: %v", name, err)
	}
}

// PutObject writes "gs://bucket/object" under the bucket's default key, or under none if the bucket has none.
func (c *Cloud) PutObject(url string, data []byte) {
	c.t.Helper()
	w := c.object(url).NewWriter(c.t.Context())
	_, err := w.Write(data)
	if closed := w.Close(); err == nil {
		err = closed
	}
	if err != nil {
		c.t.Fatalf("cmektest: write %s: %v", url, err)
	}
}

// ReadObject returns what "gs://bucket/object" holds.
func (c *Cloud) ReadObject(url string) []byte {
	c.t.Helper()
	r, err := c.object(url).NewReader(c.t.Context())
	if err != nil {
		c.t.Fatalf("cmektest: read %s: %v", url, err)
	}
	defer r.Close()
	data, err := io.ReadAll(r)
	if err != nil {
		c.t.Fatalf("cmektest: read %s: %v", url, err)
	}
	return data
}

func (c *Cloud) object(url string) *storage.ObjectHandle {
	c.t.Helper()
	path, found := strings.CutPrefix(url, "gs://")
	bucket, object, slash := strings.Cut(path, "/")
	if !found || !slash || bucket == "" || object == "" {
		c.t.Fatalf("cmektest: got %q, want gs://bucket/object", url)
	}
	return c.storage.Bucket(bucket).Object(object)
}
