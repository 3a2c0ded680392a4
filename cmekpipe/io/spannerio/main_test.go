package spannerio_test

import (
	"context"
	"testing"

	"cloud.google.com/go/spanner"
	database "cloud.google.com/go/spanner/admin/database/apiv1"
	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"
	_ "github.com/apache/beam/sdks/v2/go/pkg/beam/runners/prism"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/testing/ptest"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/conformance/retryrunner"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/shortpause"
)

func TestMain(m *testing.M) {
	shortpause.Enable()
	ptest.Main(m)
}

const (
	instanceName = "projects/" + cmektest.Project + "/instances/main"
	ledger       = instanceName + "/databases/ledger"
	table        = "CREATE TABLE Entries (ID INT64 NOT NULL, Note STRING(40)) PRIMARY KEY (ID)"
)

// entry is a row of table.
type entry struct {
	ID   int64
	Note string
}

// entries makes the rows 0 to n-1 of a number.
func entries(n int64, emit func(entry)) {
	for id := range n {
		emit(entry{ID: id, Note: "note"})
	}
}

func init() {
	register.Function2x0(entries)
	register.Emitter1[entry]()
}

// made returns n rows that are made in the pipeline.
func made(s beam.Scope, n int64) beam.PCollection {
	return beam.ParDo(s, entries, beam.Create(s, n))
}

// world is a loopback cloud with a key.
type world struct {
	*cmektest.Cloud
	key cmekpipe.KeyName
	db  cmekpipe.SpannerDatabase
}

func newWorld(t testing.TB) *world {
	t.Helper()
	cloud := cmektest.NewCloud(t)
	key := cloud.CreateKey("us-central1", "records")
	return &world{cloud, key, key.MustSpannerDatabase(ledger)}
}

// withDatabase is newWorld with the database and its table.
func withDatabase(t testing.TB, ddl ...string) *world {
	t.Helper()
	w := newWorld(t)
	if ddl == nil {
		ddl = []string{table}
	}
	w.CreateSpannerDatabase(ledger, "us-central1", w.key, ddl...)
	return w
}

// run runs the pipeline that build makes, with one attempt at each bundle.
func run(t testing.TB, build func(beam.Scope)) error {
	t.Helper()
	p, s := beam.NewPipelineWithRoot()
	build(s)
	return retryrunner.Run(t.Context(), p, retryrunner.Config{Attempts: 1})
}

// rows returns what the table holds, by key.
func (w *world) rows(t testing.TB) map[int64]string {
	t.Helper()
	client, err := spanner.NewClient(context.Background(), ledger)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	got := map[int64]string{}
	err = client.Single().Read(context.Background(), "Entries", spanner.AllKeys(), []string{"ID", "Note"}).Do(func(r *spanner.Row) error {
		var e entry
		if err := r.ToStruct(&e); err != nil {
			return err
		}
		got[e.ID] = e.Note
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func (w *world) admin(t testing.TB) *database.DatabaseAdminClient {
	t.Helper()
	client, err := database.NewDatabaseAdminClient(t.Context(), w.ClientOptions(emulator.Spanner)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close() })
	return client
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
