// Package datastoresink has the harnesses of the conformance suite for package datastoreio.
package datastoresink

import (
	"context"
	"reflect"
	"strings"
	"testing"

	"cloud.google.com/go/datastore"
	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/datastoreio"
	"github.com/cmekpipe/cmekpipe-go/internal/destination"
	"github.com/cmekpipe/cmekpipe-go/internal/dofn"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/conformance"
)

func init() {
	beam.RegisterType(reflect.TypeFor[entity]())
	dofn.Register1x2[conformance.Row, string, entity](&entityFn{})
}

// Write is datastoreio.Write into a database that exists.
func Write() conformance.Harness {
	h := harness("datastoreio.Write", false)
	h.Writes = []emulator.Method{"datastore.commit", "firestore.databases.get"}
	return h
}

// WriteCreating is datastoreio.Write that creates the database.
func WriteCreating() conformance.Harness {
	h := harness("datastoreio.Write, creating", true)
	h.Writes = []emulator.Method{"datastore.commit", "firestore.databases.create"}
	h.Also = []emulator.Method{"firestore.databases.get", "firestore.databases.operations.get"}
	return h
}

func harness(name string, create bool) conformance.Harness {
	return conformance.Harness{
		Name: name, KeyLocation: "us-central1", ExactlyOnce: true, Second: conformance.Repeats,
		New:        func(_ testing.TB, cloud *cmektest.Cloud) conformance.Sink { return &sink{cloud, create, ""} },
		Names:      []string{"(default)", "a--b", "a" + strings.Repeat("0", 62)},
		MaxPayload: 1<<20 - 256,
		Partial:    "Datastore has no transaction that spans the commits of a run",
		Inherits:   []emulator.Kind{"entity"},
	}
}

type sink struct {
	cloud  *cmektest.Cloud
	create bool
	prefix string // prefix of its databases' ids
}

// Isolate returns a sink with databases of its own.
func (s *sink) Isolate(tag string) conformance.Sink {
	return &sink{s.cloud, s.create, s.prefix + tag + "-"}
}

// Destination is a database of its own, because the database has the key.
func (s *sink) Destination(name string) string {
	return "projects/" + cmektest.Project + "/databases/" + s.prefix + name
}

// Prepare creates the database unless the connector does.
func (s *sink) Prepare(t testing.TB, name string, key cmekpipe.KeyName) {
	t.Helper()
	if !s.create {
		s.Occupy(t, name, key)
	}
}

// Occupy creates a new database, because a database's key never changes.
func (s *sink) Occupy(t testing.TB, name string, key cmekpipe.KeyName) {
	t.Helper()
	databases := s.cloud.FirestoreAdminClient().Projects.Databases
	if _, err := databases.Get(s.Destination(name)).Do(); err == nil {
		if _, err := databases.Delete(s.Destination(name)).Do(); err != nil {
			t.Fatal(err)
		}
	}
	s.cloud.CreateDatastoreDatabase(s.Destination(name), "us-central1", key)
}

// Write adds the connector.
func (s *sink) Write(scope beam.Scope, name string, key cmekpipe.KeyName, rows beam.PCollection) {
	db, err := key.DatastoreDatabase(s.Destination(name))
	if err != nil {
		panic(err)
	}
	var opts []datastoreio.WriteOption
	if s.create {
		opts = append(opts, datastoreio.WithCreateIfMissing())
	}
	datastoreio.Write(scope, db, beam.ParDo(scope, &entityFn{}, rows), opts...)
}

// entity is a row as an entity. Payloads are not indexed, because Datastore limits indexed texts.
type entity struct {
	Payload string `datastore:",noindex"`
}

// entityFn converts a row to an entity with its id in the key.
type entityFn struct{}

// keyID converts a row's id to a valid key id, because 0 is none.
func keyID(id int64) int64 { return id + 1 }

// ProcessElement converts a row.
func (*entityFn) ProcessElement(r conformance.Row) (string, entity) {
	return datastore.IDKey("Row", keyID(r.ID), nil).Encode(), entity{r.Payload}
}

// CMEKHelper tells guard that nothing is stored.
func (*entityFn) CMEKHelper() destination.None { return destination.None{} }

// Rows reads the entities.
func (s *sink) Rows(t testing.TB, name string) []conformance.Row {
	t.Helper()
	id := s.prefix + name
	if id == "(default)" {
		id = ""
	}
	client, err := datastore.NewClientWithDatabase(context.Background(), cmektest.Project, id)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	var entities []entity
	keys, err := client.GetAll(context.Background(), datastore.NewQuery("Row"), &entities)
	if status.Code(err) == codes.NotFound {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	rows := make([]conformance.Row, len(keys))
	for i, key := range keys {
		rows[i] = conformance.Row{ID: key.ID - keyID(0), Payload: entities[i].Payload}
	}
	return rows
}
