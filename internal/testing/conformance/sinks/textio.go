package sinks

import (
	"encoding/json"
	"strings"
	"testing"

	"cloud.google.com/go/storage"
	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"google.golang.org/api/iterator"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/textio"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/conformance"
)

// TextIOSharded is textio.WriteSharded where the runner decides on shards. A row is a line of JSON.
func TextIOSharded() conformance.Harness {
	return conformance.Harness{
		Name: "textio.WriteSharded", KeyLocation: "us-central1", Second: conformance.Replaces,
		New: func(_ testing.TB, cloud *cmektest.Cloud) conformance.Sink {
			return &textSink{cloud, textBucket, textio.WriteSharded}
		},
		Writes:      []emulator.Method{"storage.objects.insert", "storage.objects.rewrite"},
		Also:        []emulator.Method{"storage.objects.list", "storage.objects.delete"},
		ExactlyOnce: true,
		Leaves:      "the runner decides on the number of shards, which is part of their names",
		Names:       []string{"a/b/c", "a b?#%.txt", "ü/..x", "x%2Fy", " ", "*[x]", strings.Repeat("n", 900)},
		MaxPayload:  8 << 20,
		Overwrites:  "the write replaces the whole object by one encrypted with the key",
	}
}

// TextIO is textio.Write.
func TextIO() conformance.Harness {
	return singleObject(TextIOSharded(), "textio.Write", func(cloud *cmektest.Cloud) conformance.Sink {
		return &textSink{cloud, textBucket, textio.Write}
	})
}

// singleObject converts the harness of a sharded write to one of a write of one object.
func singleObject(h conformance.Harness, name string, sink func(*cmektest.Cloud) conformance.Sink) conformance.Harness {
	h.Name, h.Leaves = name, ""
	h.New = func(_ testing.TB, cloud *cmektest.Cloud) conformance.Sink { return sink(cloud) }
	return h
}

const textBucket = "bank-records"

type textSink struct {
	cloud  *cmektest.Cloud
	bucket string
	write  func(beam.Scope, cmekpipe.Object, beam.PCollection, ...textio.WriteOption)
}

// Isolate returns a sink with a bucket of its own.
func (s *textSink) Isolate(tag string) conformance.Sink {
	return &textSink{s.cloud, s.bucket + "-" + tag, s.write}
}

// Prepare creates a bucket without a default key, so that only a writer that names the key gets it.
func (s *textSink) Prepare(t testing.TB, _ string, key cmekpipe.KeyName) {
	t.Helper()
	if _, err := s.cloud.StorageClient().Bucket(s.bucket).Attrs(t.Context()); err != nil {
		s.cloud.CreateBucket(s.bucket, key.Location(), cmekpipe.KeyName{})
	}
}

// Occupy is never called.
func (s *textSink) Occupy(testing.TB, string, cmekpipe.KeyName) {}

// Write adds the connector.
func (s *textSink) Write(scope beam.Scope, name string, key cmekpipe.KeyName, rows beam.PCollection) {
	object, err := key.Object(s.Destination(name))
	if err != nil {
		panic(err)
	}
	s.write(scope, object, beam.ParDo(scope, &lineFn{}, rows))
}

// Destination returns the object, or the prefix of the shards.
func (s *textSink) Destination(name string) string { return "gs://" + s.bucket + "/" + name }

// Rows reads the objects.
func (s *textSink) Rows(t testing.TB, name string) (rows []conformance.Row) {
	t.Helper()
	for object, data := range s.objects(t, name) {
		for line := range strings.Lines(string(data)) {
			var r conformance.Row
			if err := json.Unmarshal([]byte(line), &r); err != nil {
				t.Fatalf("%s: %v", object, err)
			}
			rows = append(rows, r)
		}
	}
	return rows
}

// objects returns the data of the object of a name and of all its shards, by their names.
func (s *textSink) objects(t testing.TB, name string) map[string][]byte {
	t.Helper()
	data := map[string][]byte{}
	for it := s.cloud.StorageClient().Bucket(s.bucket).Objects(t.Context(), &storage.Query{Prefix: name}); ; {
		attrs, err := it.Next()
		if err == iterator.Done {
			return data
		}
		if err != nil {
			t.Fatal(err)
		}
		if attrs.Name != name && !strings.HasPrefix(attrs.Name, name+"-") {
			continue
		}
		data[attrs.Name] = s.cloud.ReadObject("gs://" + s.bucket + "/" + attrs.Name)
	}
}
