// Package bigtablesink has the harness of the conformance suite for package bigtableio.
package bigtablesink

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/bigtableio"
	"github.com/cmekpipe/cmekpipe-go/internal/destination"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/conformance"
)

func init() {
	beam.RegisterDoFn(&cellFn{})
}

// Write is bigtableio.Write with explicit timestamps, so that a cell that is written twice has one version.
func Write() conformance.Harness {
	return conformance.Harness{
		Name: "bigtableio.Write", KeyLocation: "us-central1", ExactlyOnce: true, MaxPayload: 8 << 20, Second: conformance.Repeats,
		New: func(_ testing.TB, cloud *cmektest.Cloud) conformance.Sink {
			return &sink{cloud: cloud, prefix: "records"}
		},
		Writes: []emulator.Method{"bigtable.tables.mutateRows", "bigtableadmin.clusters.list", "bigtableadmin.tables.get"},
		Names:  []string{"a.b-c_d", "_", strings.Repeat("n", 50)},
		Partial: "Bigtable has no transactions over several rows, so that rows are visible as soon as their request succeeds; " +
			"a repeated run writes the same cells",
		Inherits: []emulator.Kind{"table", "rows"},
	}
}

// sink has an instance for each destination, because clusters of instances have the keys.
type sink struct {
	cloud     *cmektest.Cloud
	prefix    string   // prefix of its instances' ids
	instances []string // names of destinations; a destination that is created again gets another instance
}

// Isolate returns a sink with instances of its own.
func (s *sink) Isolate(tag string) conformance.Sink {
	return &sink{cloud: s.cloud, prefix: s.prefix + "-" + tag}
}

// instance returns the number of the newest instance of a destination.
func (s *sink) instance(name string) int {
	for i := len(s.instances) - 1; i >= 0; i-- {
		if s.instances[i] == name {
			return i
		}
	}
	return -1
}

// Destination is a table in the newest instance.
func (s *sink) Destination(name string) string {
	return fmt.Sprintf("projects/%s/instances/%s-%d/tables/%s", cmektest.Project, s.prefix, s.instance(name), name)
}

func (s *sink) Prepare(t testing.TB, name string, key cmekpipe.KeyName) {
	t.Helper()
	s.Occupy(t, name, key)
}

// Occupy creates a new instance, because a cluster's key never changes.
func (s *sink) Occupy(t testing.TB, name string, key cmekpipe.KeyName) {
	t.Helper()
	s.instances = append(s.instances, name)
	instance, _, _ := strings.Cut(s.Destination(name), "/tables/")
	s.cloud.CreateBigtableInstance(instance, "us-central1-b", key)
	s.cloud.CreateBigtableTable(s.Destination(name), "f")
}

func (s *sink) Write(scope beam.Scope, name string, key cmekpipe.KeyName, rows beam.PCollection) {
	table, err := key.BigtableTable(s.Destination(name))
	if err != nil {
		panic(err)
	}
	bigtableio.Write(scope, table, beam.ParDo(scope, &cellFn{}, rows))
}

func (s *sink) Rows(t testing.TB, name string) []conformance.Row {
	t.Helper()
	var rows []conformance.Row
	for _, r := range s.cloud.ReadBigtableRows(s.Destination(name)) {
		id, err := strconv.ParseInt(strings.TrimPrefix(r.Key(), "row\x00\xff"), 10, 64)
		if err != nil {
			t.Fatalf("got row key %q, want one that was written", r.Key())
		}
		for _, cell := range r["f"] {
			rows = append(rows, conformance.Row{ID: id, Payload: string(cell.Value)})
		}
	}
	return rows
}

// cellFn converts a row to a cell with a row key that is not valid UTF-8.
type cellFn struct{}

// ProcessElement converts a row.
func (f *cellFn) ProcessElement(row conformance.Row) bigtableio.Mutation {
	m := bigtableio.NewMutation("row\x00\xff" + strconv.FormatInt(row.ID, 10))
	m.Set("f", "payload", 1_000_000, []byte(row.Payload))
	return *m
}

// CMEKHelper tells guard that nothing is stored.
func (f *cellFn) CMEKHelper() destination.None { return destination.None{} }
