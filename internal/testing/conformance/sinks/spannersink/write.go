// Package spannersink has the harnesses of the conformance suite for package spannerio.
package spannersink

import (
	"context"
	"strings"
	"testing"

	"cloud.google.com/go/spanner"
	database "cloud.google.com/go/spanner/admin/database/apiv1"
	"cloud.google.com/go/spanner/admin/database/apiv1/databasepb"
	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"google.golang.org/grpc/codes"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/spannerio"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/conformance"
)

// Write is spannerio.Write to a database that exists. A row is a row.
func Write() conformance.Harness {
	return harness("", false, "spanner.databases.get", "spanner.sessions.commit")
}

// WriteCreating is spannerio.Write to a database that it creates.
func WriteCreating() conformance.Harness {
	h := harness(", created", true, "spanner.databases.get", "spanner.databases.create", "spanner.instances.get",
		"spanner.sessions.commit")
	h.Sometimes = []emulator.Method{"spanner.operations.get"} // if the creation is still running when the call returns
	return h
}

func harness(how string, create bool, writes ...emulator.Method) conformance.Harness {
	return conformance.Harness{
		Name: "spannerio.Write" + how, KeyLocation: "us-central1", ExactlyOnce: true, Second: conformance.Repeats,
		New: func(_ testing.TB, cloud *cmektest.Cloud) conformance.Sink {
			return &sink{cloud, create, mainInstance}
		},
		Writes:     writes,
		Names:      []string{"a-b_c", "a0", "select", "n" + strings.Repeat("-", 28) + "n"},
		MaxPayload: 2_621_440, // characters of a STRING(MAX)
		Partial:    "each batch is one commit, so that a failed run leaves earlier batches",
	}
}

const (
	mainInstance = "projects/" + cmektest.Project + "/instances/main"
	createTable  = "CREATE TABLE Records (ID INT64 NOT NULL, Payload STRING(MAX) NOT NULL) PRIMARY KEY (ID)"
)

type sink struct {
	cloud  *cmektest.Cloud
	create bool
	// instance is the full name of the instance of its databases.
	instance string
}

// Isolate returns a sink with databases in an instance of its own.
func (s *sink) Isolate(tag string) conformance.Sink {
	return &sink{s.cloud, s.create, s.instance + "-" + tag}
}

// Prepare creates the database, or only the instance if the pipeline creates the database.
func (s *sink) Prepare(t testing.TB, name string, key cmekpipe.KeyName) {
	t.Helper()
	if s.create {
		s.cloud.CreateSpannerInstance(s.instance, key.Location())
		return
	}
	s.cloud.CreateSpannerDatabase(s.Destination(name), key.Location(), key, createTable)
}

// Occupy creates a new database, because a database's key never changes.
func (s *sink) Occupy(t testing.TB, name string, key cmekpipe.KeyName) {
	t.Helper()
	client, err := database.NewDatabaseAdminClient(t.Context(), s.cloud.ClientOptions(emulator.Spanner)...)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	drop := &databasepb.DropDatabaseRequest{Database: s.Destination(name)}
	if err := client.DropDatabase(t.Context(), drop); err != nil && !s.create {
		t.Fatal(err)
	}
	s.cloud.CreateSpannerDatabase(s.Destination(name), "us-central1", key, createTable)
}

// Write adds the connector.
func (s *sink) Write(scope beam.Scope, name string, key cmekpipe.KeyName, rows beam.PCollection) {
	db, err := key.SpannerDatabase(s.Destination(name))
	if err != nil {
		panic(err)
	}
	var opts []spannerio.WriteOption
	if s.create {
		opts = append(opts, spannerio.WithCreateIfMissing(createTable))
	}
	spannerio.Write(scope, db, "Records", rows, opts...)
}

// Destination returns the database's full name.
func (s *sink) Destination(name string) string { return s.instance + "/databases/" + name }

// Rows reads the table.
func (s *sink) Rows(t testing.TB, name string) []conformance.Row {
	t.Helper()
	ctx := context.WithoutCancel(t.Context())
	client, err := spanner.NewClient(ctx, s.Destination(name), s.cloud.ClientOptions(emulator.Spanner)...)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	var rows []conformance.Row
	err = client.Single().Read(ctx, "Records", spanner.AllKeys(), []string{"ID", "Payload"}).Do(func(r *spanner.Row) error {
		var row conformance.Row
		if err := r.ToStruct(&row); err != nil {
			return err
		}
		rows = append(rows, row)
		return nil
	})
	if err != nil && spanner.ErrCode(err) != codes.NotFound {
		t.Fatal(err)
	}
	return rows
}
