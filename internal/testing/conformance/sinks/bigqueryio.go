package sinks

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

// BigQueryExactlyOnce is bigqueryio.Write through pending streams.
func BigQueryExactlyOnce() conformance.Harness {
	h := bigQuery("exactly once", func(cmekpipe.KeyName, string) bigqueryio.WriteOption { return bigqueryio.WithExactlyOnce() },
		"bigquery.tables.insert", "bigquerystorage.CreateWriteStream", "bigquerystorage.AppendRows",
		"bigquerystorage.FinalizeWriteStream", "bigquerystorage.BatchCommitWriteStreams")
	h.ExactlyOnce = true
	return h
}

// BigQueryTemporaryTable is bigqueryio.Write through pending streams of a temporary table, a query job and a copy job.
func BigQueryTemporaryTable() conformance.Harness {
	h := bigQuery("temporary table", func(cmekpipe.KeyName, string) bigqueryio.WriteOption { return bigqueryio.WithTemporaryTable() },
		"bigquery.tables.insert", "bigquerystorage.CreateWriteStream", "bigquerystorage.AppendRows",
		"bigquerystorage.FinalizeWriteStream", "bigquerystorage.BatchCommitWriteStreams", "bigquery.jobs.insert")
	h.Also = []emulator.Method{"bigquery.jobs.get", "bigquery.tables.delete"}
	h.ExactlyOnce = true
	return h
}

// BigQueryFileLoads is bigqueryio.Write through Avro files and a load job.
func BigQueryFileLoads() conformance.Harness {
	h := bigQuery("file loads", func(key cmekpipe.KeyName, bucket string) bigqueryio.WriteOption {
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

// BigQueryAtLeastOnce is bigqueryio.Write through the default stream.
func BigQueryAtLeastOnce() conformance.Harness {
	h := bigQuery("at least once", func(cmekpipe.KeyName, string) bigqueryio.WriteOption { return bigqueryio.WithAtLeastOnce() },
		"bigquery.tables.insert", "bigquerystorage.AppendRows")
	h.Partial = "BigQuery shows rows of the default stream at once"
	return h
}

// BigQueryStreamingInserts is bigqueryio.Write through tabledata.insertAll.
func BigQueryStreamingInserts() conformance.Harness {
	h := bigQuery("streaming inserts", func(cmekpipe.KeyName, string) bigqueryio.WriteOption { return bigqueryio.WithStreamingInserts() },
		"bigquery.tables.insert", "bigquery.tabledata.insertAll")
	h.Partial = "BigQuery shows streamed rows at once"
	return h
}

// bigQueryMethod returns the option for a write method, which may write files to a bucket.
type bigQueryMethod func(key cmekpipe.KeyName, bucket string) bigqueryio.WriteOption

func bigQuery(how string, method bigQueryMethod, writes ...emulator.Method) conformance.Harness {
	return conformance.Harness{
		Name: "bigqueryio.Write, " + how, KeyLocation: "us-central1", Second: conformance.Adds,
		New: func(_ testing.TB, cloud *cmektest.Cloud) conformance.Sink {
			return &bigQuerySink{cloud, method, bigQueryDataset, bigQueryBucket}
		},
		Writes:     writes,
		Names:      []string{"a b", "übung", "a-b_c", "数", "x‿y", "０"},
		MaxPayload: 8 << 20,
	}
}

const (
	bigQueryDataset = "bank"
	bigQueryBucket  = "bank-work"
)

type bigQuerySink struct {
	cloud           *cmektest.Cloud
	method          bigQueryMethod
	dataset, bucket string
}

// Isolate returns a sink with a dataset and a bucket of its own.
func (s *bigQuerySink) Isolate(tag string) conformance.Sink {
	return &bigQuerySink{s.cloud, s.method, bigQueryDataset + "_" + tag, bigQueryBucket + "-" + tag}
}

// Prepare creates a dataset and a bucket without default keys, so that only a writer that names the key gets it.
func (s *bigQuerySink) Prepare(t testing.TB, _ string, key cmekpipe.KeyName) {
	t.Helper()
	if _, err := s.cloud.BigQueryClient().Dataset(s.dataset).Metadata(t.Context()); err == nil {
		return
	}
	s.cloud.CreateDataset(cmektest.Project+"."+s.dataset, key.Location(), cmekpipe.KeyName{})
	s.cloud.CreateBucket(s.bucket, key.Location(), cmekpipe.KeyName{})
}

// Occupy creates a table with a key or none.
func (s *bigQuerySink) Occupy(t testing.TB, name string, key cmekpipe.KeyName) {
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
func (s *bigQuerySink) Write(scope beam.Scope, name string, key cmekpipe.KeyName, rows beam.PCollection) {
	table, err := key.BigQueryTable(s.Destination(name))
	if err != nil {
		panic(err)
	}
	bigqueryio.Write(scope, table, rows, s.method(key, s.bucket))
}

// Destination returns the table's full name.
func (s *bigQuerySink) Destination(name string) string {
	return cmektest.Project + "." + s.dataset + "." + name
}

// Rows reads the table.
func (s *bigQuerySink) Rows(t testing.TB, name string) []conformance.Row {
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
