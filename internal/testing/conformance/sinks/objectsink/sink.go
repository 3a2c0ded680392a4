// Package objectsink makes the harnesses of the conformance suite for connectors that write objects.
package objectsink

import (
	"errors"
	"strings"
	"testing"

	"cloud.google.com/go/storage"
	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"google.golang.org/api/iterator"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/conformance"
)

// Format says how a connector writes rows to an object, or to the shards with its name, and what is then in them.
type Format struct {
	// Write adds the connector to a pipeline.
	Write func(s beam.Scope, object cmekpipe.Object, rows beam.PCollection)
	// Read returns the rows of an object.
	Read func(data []byte) ([]conformance.Row, error)
}

// Harness returns the harness of a call that writes one object, such as "textio.Write".
func Harness(name string, f Format) conformance.Harness { return harness(name, f, "") }

// Sharded returns the harness of a call that writes as many objects as the runner decides.
func Sharded(name string, f Format) conformance.Harness {
	return harness(name, f, "the runner decides on the number of shards, which is part of their names")
}

func harness(name string, f Format, leaves string) conformance.Harness {
	return conformance.Harness{
		Name: name, KeyLocation: "us-central1", Second: conformance.Replaces,
		New:         func(_ testing.TB, cloud *cmektest.Cloud) conformance.Sink { return &sink{f, cloud, "bank-records"} },
		Writes:      []emulator.Method{"storage.objects.insert", "storage.objects.rewrite"},
		Also:        []emulator.Method{"storage.objects.list", "storage.objects.delete"},
		ExactlyOnce: true,
		Leaves:      leaves,
		Names:       []string{"a/b/c", "a b?#%.txt", "ü/..x", "x%2Fy", " ", "*[x]", strings.Repeat("n", 900)},
		MaxPayload:  8 << 20,
		Overwrites:  "the write replaces the whole object by one encrypted with the key",
	}
}

type sink struct {
	format Format
	cloud  *cmektest.Cloud
	bucket string
}

// Isolate returns a sink with a bucket of its own.
func (s *sink) Isolate(tag string) conformance.Sink {
	return &sink{s.format, s.cloud, s.bucket + "-" + tag}
}

// Prepare creates a bucket without a default key, so that only a writer that names the key gets it.
func (s *sink) Prepare(t testing.TB, _ string, key cmekpipe.KeyName) {
	t.Helper()
	if _, err := s.cloud.StorageClient().Bucket(s.bucket).Attrs(t.Context()); err != nil {
		s.cloud.CreateBucket(s.bucket, key.Location(), cmekpipe.KeyName{})
	}
}

// Occupy is never called.
func (s *sink) Occupy(testing.TB, string, cmekpipe.KeyName) {}

// Write adds the connector.
func (s *sink) Write(scope beam.Scope, name string, key cmekpipe.KeyName, rows beam.PCollection) {
	object, err := key.Object(s.Destination(name))
	if err != nil {
		panic(err)
	}
	s.format.Write(scope, object, rows)
}

// Destination returns the object, or the prefix of the shards.
func (s *sink) Destination(name string) string { return "gs://" + s.bucket + "/" + name }

// Rows reads the object of a name and all of its shards.
func (s *sink) Rows(t testing.TB, name string) (rows []conformance.Row) {
	t.Helper()
	for it := s.cloud.StorageClient().Bucket(s.bucket).Objects(t.Context(), &storage.Query{Prefix: name}); ; {
		attrs, err := it.Next()
		if errors.Is(err, iterator.Done) {
			return rows
		}
		if err != nil {
			t.Fatal(err)
		}
		if attrs.Name != name && !strings.HasPrefix(attrs.Name, name+"-") {
			continue
		}
		read, err := s.format.Read(s.cloud.ReadObject("gs://" + s.bucket + "/" + attrs.Name))
		if err != nil {
			t.Fatalf("%s: %v", attrs.Name, err)
		}
		rows = append(rows, read...)
	}
}
