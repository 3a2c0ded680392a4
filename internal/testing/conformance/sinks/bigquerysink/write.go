// Package bigquerysink has the harnesses of the conformance suite for package bigqueryio.
package bigquerysink

import (
	"errors"
	"testing"

	"cloud.google.com/go/bigquery"
	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"google.golang.org/api/iterator"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/bigqueryio"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/conformance"
)

// ExactlyOnce is bigqueryio.Write through pending streams.
func ExactlyOnce() conformance.Harness {
	h := harness("exactly once", func(cmekpipe.KeyName, string) bigqueryio.WriteOption { return bigqueryio.WithExactlyOnce() },
		"bigquery.tables.insert", "bigquerystorage.CreateWriteStream", "bigquerystorage.AppendRows",
		"bigquerystorage.FinalizeWriteStream", "bigquerystorage.BatchCommitWriteStreams")
	h.ExactlyOnce = true
	return h
}

// TemporaryTable is bigqueryio.Write through pending streams of a temporary table, a query job and a copy job.
func TemporaryTable() conformance.Harness {
	h := harness("temporary table", func(cmekpipe.KeyName, string) bigqueryio.WriteOption { return bigqueryio.WithTemporaryTable() },
		"bigquery.tables.insert", "bigquerystorage.CreateWriteStream", "bigquerystorage.AppendRows",
		"bigquerystorage.FinalizeWriteStream", "bigquerystorage.BatchCommitWriteStreams", "bigquery.jobs.insert")
	h.Also = []emulator.Method{"bigquery.jobs.get", "bigquery.tables.delete"}
	h.ExactlyOnce = true
	return h
}

// FileLoads is bigqueryio.Write through Avro files and a load job.
func FileLoads() conformance.Harness {
	h := harness("file loads", func(key cmekpipe.KeyName, bucket string) bigqueryio.WriteOption {
		object, err := key.Object("gs://" + bucket + "/loads")
		if err != nil {
			panic(err)
		}
		return bigqueryio.WithFileLoads(object)
	}, "bigquery.tables.insert", "storage.objects.insert", "bigquery.jobs.insert")
	h.Also = []emulator.Method{"storage.objects.list", "storage.objects.delete"}
	h.ExactlyOnce = true
	return h
}

// AtLeastOnce is bigqueryio.Write through the default stream.
func AtLeastOnce() conformance.Harness {
	h := harness("at least once", func(cmekpipe.KeyName, string) bigqueryio.WriteOption { return bigqueryio.WithAtLeastOnce() },
		"bigquery.tables.insert", "bigquerystorage.AppendRows")
	h.Partial = "BigQuery shows rows of the default stream at once"
	return h
}

// StreamingInserts is bigqueryio.Write through tabledata.insertAll.
func StreamingInserts() conformance.Harness {
	h := harness("streaming inserts", func(cmekpipe.KeyName, string) bigqueryio.WriteOption { return bigqueryio.WithStreamingInserts() },
		"bigquery.tables.insert", "bigquery.tabledata.insertAll")
	h.Partial = "BigQuery shows streamed rows at once"
	return h
}

// writeMethod returns the option for a write method, which may write files to a bucket.
type writeMethod func(key cmekpipe.KeyName, bucket string) bigqueryio.WriteOption

func harness(how string, method writeMethod, writes ...emulator.Method) conformance.Harness {
	return conformance.Harness{
		Name: "bigqueryio.Write, " + how, KeyLocation: "us-central1", Second: conformance.Adds,
		New: func(_ testing.TB, cloud *cmektest.Cloud) conformance.Sink {
			return &sink{cloud, method, dataset, bucket}
		},
		Writes:     writes,
		Names:      []string{"a b", "übung", "a-b_c", "数", "x‿y", "０"},
		MaxPayload: 8 << 20,
	}
}

const (
	dataset = "bank"
	bucket  = "bank-work"
)

type sink struct {
	cloud           *cmektest.Cloud
	method          writeMethod
	dataset, bucket string
}

// Isolate returns a sink with a dataset and a bucket of its own.
func (s *sink) Isolate(tag string) conformance.Sink {
	return &sink{s.cloud, s.method, dataset + "_" + tag, bucket + "-" + tag}
}

// Prepare creates a dataset and a bucket without default keys, so that only a writer that names the key gets it.
func (s *sink) Prepare(t testing.TB, _ string, key cmekpipe.KeyName) {
	t.Helper()
	if _, err := s.cloud.BigQueryClient().Dataset(s.dataset).Metadata(t.Context()); err == nil {
		return
	}
	s.cloud.CreateDataset(cmektest.Project+"."+s.dataset, key.Location(), cmekpipe.KeyName{})
	s.cloud.CreateBucket(s.bucket, key.Location(), cmekpipe.KeyName{})
}

// Occupy creates a table with a key or none.
func (s *sink) Occupy(t testing.TB, name string, key cmekpipe.KeyName) {
	t.Helper()
	schema, err := bigquery.InferSchema(conformance.Row{})
	if err != nil {
		t.Fatal(err)
	}
	meta := &bigquery.TableMetadata{Schema: schema}
	if key.Valid() {
		meta.EncryptionConfig = &bigquery.EncryptionConfig{KMSKeyName: key.String()}
	}
	if err := s.cloud.BigQueryClient().Dataset(s.dataset).Table(name).Create(t.Context(), meta); err != nil {
		t.Fatal(err)
	}
}

// Write adds the connector.
func (s *sink) Write(scope beam.Scope, name string, key cmekpipe.KeyName, rows beam.PCollection) {
	table, err := key.BigQueryTable(s.Destination(name))
	if err != nil {
		panic(err)
	}
	bigqueryio.Write(scope, table, rows, s.method(key, s.bucket))
}

// Destination returns the table's full name.
func (s *sink) Destination(name string) string {
	return cmektest.Project + "." + s.dataset + "." + name
}

// Rows reads the table.
func (s *sink) Rows(t testing.TB, name string) []conformance.Row {
	t.Helper()
	table := s.cloud.BigQueryClient().Dataset(s.dataset).Table(name)
	if _, err := table.Metadata(t.Context()); err != nil {
		return nil
	}
	var rows []conformance.Row
	for it := table.Read(t.Context()); ; {
		var row conformance.Row
		switch err := it.Next(&row); {
		case errors.Is(err, iterator.Done):
			return rows
		case err != nil:
			t.Fatal(err)
		}
		rows = append(rows, row)
	}
}
