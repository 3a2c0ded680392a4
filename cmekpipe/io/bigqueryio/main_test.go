package bigqueryio_test

import (
	"context"
	"strings"
	"testing"

	"cloud.google.com/go/bigquery"
	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	_ "github.com/apache/beam/sdks/v2/go/pkg/beam/runners/prism"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/testing/ptest"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/conformance/retryrunner"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/shortpause"
)

func TestMain(m *testing.M) {
	shortpause.Enable()
	ptest.Main(m)
}

const (
	region  = "us-central1"
	dataset = "bank"
)

// world is a loopback cloud with a key and a dataset without a default key, so that only who asks for the key gets it.
type world struct {
	*cmektest.Cloud
	key    cmekpipe.KeyName
	client *bigquery.Client
}

func newWorld(t testing.TB) *world {
	t.Helper()
	cloud := cmektest.NewCloud(t)
	w := &world{cloud, cloud.CreateKey(region, "bank"), cloud.BigQueryClient()}
	cloud.CreateDataset(cmektest.Project+"."+dataset, region, cmekpipe.KeyName{})
	return w
}

// fill makes a table under the key with a struct for each row.
func fill[T any](t testing.TB, w *world, name string, schema bigquery.Schema, rows ...T) {
	t.Helper()
	table := w.client.Dataset(dataset).Table(name)
	if schema == nil {
		var err error
		if schema, err = bigquery.InferSchema(*new(T)); err != nil {
			t.Fatal(err)
		}
	}
	meta := &bigquery.TableMetadata{Schema: schema, EncryptionConfig: &bigquery.EncryptionConfig{KMSKeyName: w.key.String()}}
	if err := table.Create(t.Context(), meta); err != nil {
		t.Fatal(err)
	}
	for len(rows) > 0 {
		n := min(len(rows), 5000)
		if err := table.Inserter().Put(t.Context(), rows[:n]); err != nil {
			t.Fatal(err)
		}
		rows = rows[n:]
	}
}

// run runs the pipeline that build makes, with one attempt at each bundle.
func run(t testing.TB, build func(beam.Scope)) error {
	t.Helper()
	return runWith(t.Context(), build)
}

func runWith(ctx context.Context, build func(beam.Scope)) error {
	p, s := beam.NewPipelineWithRoot()
	build(s)
	return retryrunner.Run(ctx, p, retryrunner.Config{Attempts: 1})
}

// requireCode fails unless err is, or tells in its text, an Error with the code.
func requireCode(t testing.TB, err error, code cmekpipe.Code) *cmekpipe.Error {
	t.Helper()
	if err == nil {
		t.Fatalf("got no error, want %v", code)
	}
	e, ok := cmekpipe.FindError(err.Error())
	if !ok || e.Code != code {
		t.Fatalf("got %v, want code %v", err, code)
	}
	return e
}

// temporary names the datasets of queries that are there now.
func (w *world) temporary(t testing.TB) []string {
	t.Helper()
	var names []string
	for _, e := range w.Ledger() {
		if e.Kind == "dataset" && strings.Contains(e.Name, "cmekpipe_temp_") && e.Deleted.IsZero() {
			names = append(names, e.Name)
		}
	}
	return names
}
