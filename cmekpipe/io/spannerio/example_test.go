package spannerio_test

import (
	"fmt"
	"reflect"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/spannerio"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/location"
)

const (
	inbox = "projects/bank-prod/instances/main/databases/inbox"
	books = "projects/bank-prod/instances/main/databases/ledger"
)

// balance is a row. Its fields are the columns.
type balance struct {
	ID    int64
	Owner string
	Cents int64
}

func init() { beam.RegisterType(reflect.TypeFor[balance]()) }

func ExampleRead() {
	p, s := beam.NewPipelineWithRoot()
	spannerio.Read(s, inbox, "Balances", reflect.TypeFor[balance]())

	_, _, err := p.Build()
	fmt.Println("built:", err == nil)
	// Output: built: true
}

// Spanner can't partition a query with ORDER BY, so one worker runs it.
func ExampleQuery() {
	p, s := beam.NewPipelineWithRoot()
	spannerio.Query(s, inbox, "SELECT ID, Owner, Cents FROM Balances ORDER BY Cents", reflect.TypeFor[balance](),
		spannerio.WithBatching(false))

	_, _, err := p.Build()
	fmt.Println("built:", err == nil)
	// Output: built: true
}

func ExampleWrite() {
	key := cmekpipe.MustParseKey[location.USCentral1]("projects/bank-keys/locations/us-central1/keyRings/dataflow/cryptoKeys/records")

	p, s := beam.NewPipelineWithRoot()
	balances := spannerio.Read(s, inbox, "Balances", reflect.TypeFor[balance]())
	spannerio.Write(s, key.MustSpannerDatabase(books), "Balances", balances)

	_, _, err := p.Build()
	fmt.Println("built:", err == nil)
	// Output: built: true
}

// A missing database is created with the key.
func ExampleWithCreateIfMissing() {
	key := cmekpipe.MustParseKey[location.USCentral1]("projects/bank-keys/locations/us-central1/keyRings/dataflow/cryptoKeys/records")

	p, s := beam.NewPipelineWithRoot()
	balances := spannerio.Read(s, inbox, "Balances", reflect.TypeFor[balance]())
	spannerio.Write(s, key.MustSpannerDatabase(books), "Balances", balances, spannerio.WithCreateIfMissing(
		"CREATE TABLE Balances (ID INT64 NOT NULL, Owner STRING(MAX), Cents INT64) PRIMARY KEY (ID)"))

	_, _, err := p.Build()
	fmt.Println("built:", err == nil)
	// Output: built: true
}

// A destination can only be created from a key.
func ExampleWrite_withoutKey() {
	_, s := beam.NewPipelineWithRoot()
	defer func() { fmt.Println(recover()) }()
	spannerio.Write(s, cmekpipe.SpannerDatabase{}, "Balances", beam.Create(s, balance{}))
	// Output: cmekpipe[key-missing] spannerio.Write: "destination": got the zero SpannerDatabase, want one created from a key; hint: create it from a key: key.SpannerDatabase("projects/PROJECT/instances/INSTANCE/databases/DATABASE")
}
