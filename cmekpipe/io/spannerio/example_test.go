package spannerio_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"

	"cloud.google.com/go/spanner"
	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/testing/ptest"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
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

func init() {
	beam.RegisterType(reflect.TypeFor[balance]())
	register.Function1x0(printBalance)
}

func printBalance(b balance) { fmt.Println(b.ID, b.Owner, b.Cents) }

const exampleTable = "CREATE TABLE Balances (ID INT64 NOT NULL, Owner STRING(MAX), Cents INT64) PRIMARY KEY (ID)"

// startCloud starts a loopback cloud with a key and, in the database inbox, a table Balances with two rows.
func startCloud(key cmekpipe.KeyName) *emulator.Cloud {
	ctx := context.Background()
	cloud, err := emulator.Start()
	if err != nil {
		panic(err)
	}
	err = errors.Join(cloud.Setenv(), cloud.CreateKey(ctx, key), cloud.GrantKey(ctx, key, "bank-prod", emulator.Spanner),
		cloud.CreateSpannerDatabase(ctx, inbox, "us-central1", key, exampleTable))
	if err != nil {
		panic(err)
	}
	client, err := spanner.NewClient(ctx, inbox)
	if err != nil {
		panic(err)
	}
	defer client.Close()
	columns := []string{"ID", "Owner", "Cents"}
	_, err = client.Apply(ctx, []*spanner.Mutation{
		spanner.Insert("Balances", columns, []any{int64(1), "Ada", int64(250)}),
		spanner.Insert("Balances", columns, []any{int64(2), "Grace", int64(75)}),
	})
	if err != nil {
		panic(err)
	}
	return cloud
}

// printOwners prints the owners of the balances in the database books.
func printOwners() {
	client, err := spanner.NewClient(context.Background(), books)
	if err != nil {
		panic(err)
	}
	defer client.Close()
	rows := client.Single().Read(context.Background(), "Balances", spanner.AllKeys(), []string{"Owner"})
	err = rows.Do(func(r *spanner.Row) error {
		var owner string
		err := r.Columns(&owner)
		fmt.Println(owner)
		return err
	})
	if err != nil {
		panic(err)
	}
}

func ExampleRead() {
	key := cmekpipe.MustParseKey[location.USCentral1]("projects/bank-keys/locations/us-central1/keyRings/dataflow/cryptoKeys/records")
	defer startCloud(key.Name()).Close()

	p, s := beam.NewPipelineWithRoot()
	balances := spannerio.Read(s, inbox, "Balances", reflect.TypeFor[balance]())
	beam.ParDo0(s, printBalance, balances)
	if err := ptest.Run(p); err != nil { // TestMain must call ptest.Main
		fmt.Println(err)
	}
	// Unordered output:
	// 1 Ada 250
	// 2 Grace 75
}

// Spanner can't partition every query, one with ORDER BY for example; WithBatching(false) runs a query on one worker.
func ExampleQuery() {
	key := cmekpipe.MustParseKey[location.USCentral1]("projects/bank-keys/locations/us-central1/keyRings/dataflow/cryptoKeys/records")
	defer startCloud(key.Name()).Close()

	p, s := beam.NewPipelineWithRoot()
	balances := spannerio.Query(s, inbox, "SELECT ID, Owner, Cents FROM Balances WHERE Cents > 100", reflect.TypeFor[balance](),
		spannerio.WithBatching(false))
	beam.ParDo0(s, printBalance, balances)
	if err := ptest.Run(p); err != nil {
		fmt.Println(err)
	}
	// Output:
	// 1 Ada 250
}

func ExampleWrite() {
	key := cmekpipe.MustParseKey[location.USCentral1]("projects/bank-keys/locations/us-central1/keyRings/dataflow/cryptoKeys/records")
	cloud := startCloud(key.Name())
	defer cloud.Close()
	if err := cloud.CreateSpannerDatabase(context.Background(), books, "us-central1", key.Name(), exampleTable); err != nil {
		fmt.Println(err)
	}

	p, s := beam.NewPipelineWithRoot()
	balances := spannerio.Read(s, inbox, "Balances", reflect.TypeFor[balance]())
	spannerio.Write(s, key.MustSpannerDatabase(books), "Balances", balances)
	if err := ptest.Run(p); err != nil {
		fmt.Println(err)
	}
	printOwners()
	// Output:
	// Ada
	// Grace
}

// A missing database is created with the key.
func ExampleWithCreateIfMissing() {
	key := cmekpipe.MustParseKey[location.USCentral1]("projects/bank-keys/locations/us-central1/keyRings/dataflow/cryptoKeys/records")
	cloud := startCloud(key.Name())
	defer cloud.Close()

	p, s := beam.NewPipelineWithRoot()
	balances := spannerio.Read(s, inbox, "Balances", reflect.TypeFor[balance]())
	spannerio.Write(s, key.MustSpannerDatabase(books), "Balances", balances, spannerio.WithCreateIfMissing(exampleTable))
	if err := ptest.Run(p); err != nil {
		fmt.Println(err)
	}
	for _, e := range cloud.Ledger() {
		if e.Kind == emulator.KindDatabase && e.Name == books {
			fmt.Println(e.ProtectedBy())
		}
	}
	printOwners()
	// Output:
	// projects/bank-keys/locations/us-central1/keyRings/dataflow/cryptoKeys/records
	// Ada
	// Grace
}

// A destination can only be created from a key.
func ExampleWrite_withoutKey() {
	_, s := beam.NewPipelineWithRoot()
	defer func() { fmt.Println(recover()) }()
	spannerio.Write(s, cmekpipe.SpannerDatabase{}, "Balances", beam.Create(s, balance{}))
	// Output: cmekpipe[key-missing] spannerio.Write: "destination": got the zero SpannerDatabase, want one created from a key; hint: create it from a key: key.SpannerDatabase("projects/PROJECT/instances/INSTANCE/databases/DATABASE")
}
