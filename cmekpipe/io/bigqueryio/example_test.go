package bigqueryio_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"

	"cloud.google.com/go/bigquery"
	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/testing/ptest"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/bigqueryio"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/location"
)

// balance is a row. Its fields are the columns.
type balance struct {
	ID    int64  `bigquery:"id"`
	Owner string `bigquery:"owner"`
	Cents int64  `bigquery:"cents"`
}

func init() {
	beam.RegisterType(reflect.TypeFor[balance]())
	register.Function1x0(printBalance)
}

func printBalance(b balance) { fmt.Println(b.ID, b.Owner, b.Cents) }

// startCloud starts a loopback cloud with a key, the table bank-prod.inbox.balances, an empty dataset ledger
// and a bucket.
func startCloud(key cmekpipe.KeyName) *emulator.Cloud {
	ctx := context.Background()
	cloud, err := emulator.Start()
	if err != nil {
		panic(err)
	}
	rows := []balance{{1, "Ada", 250}, {2, "Grace", 0}, {3, "Edsger", 75}}
	err = errors.Join(cloud.Setenv(), cloud.CreateKey(ctx, key), cloud.GrantKey(ctx, key, "bank-prod"),
		cloud.CreateDataset(ctx, "bank-prod.inbox", "us-central1", cmekpipe.KeyName{}),
		cloud.CreateTable(ctx, "bank-prod.inbox.balances", key, rows),
		cloud.CreateDataset(ctx, "bank-prod.ledger", "us-central1", cmekpipe.KeyName{}),
		cloud.CreateBucket(ctx, "bank-prod", "bank-scratch", "us-central1", cmekpipe.KeyName{}))
	if err != nil {
		panic(err)
	}
	return cloud
}

// printTable prints a table's key and its rows.
func printTable(cloud *emulator.Cloud, name string) {
	for _, e := range cloud.Ledger() {
		if e.Kind == emulator.KindTable && e.Name == name {
			fmt.Println(name, e.ProtectedBy().ID())
		}
	}
	rows, err := cloud.ReadRows(context.Background(), name)
	if err != nil {
		panic(err)
	}
	for _, row := range rows {
		fmt.Println(row["id"], row["owner"], row["cents"])
	}
}

func ExampleRead() {
	key := cmekpipe.MustParseKey[location.USCentral1]("projects/bank-keys/locations/us-central1/keyRings/dataflow/cryptoKeys/records")
	defer startCloud(key.Name()).Close()

	p, s := beam.NewPipelineWithRoot()
	balances := bigqueryio.Read(s, "bank-prod", "bank-prod.inbox.balances", reflect.TypeFor[balance](), bigqueryio.WithRowFilter("cents > 0"))
	beam.ParDo0(s, printBalance, balances)
	if err := ptest.Run(p); err != nil { // TestMain must call ptest.Main
		fmt.Println(err)
	}
	// Unordered output:
	// 1 Ada 250
	// 3 Edsger 75
}

// The result of the query is encrypted with the key until it was read.
func ExampleQuery() {
	key := cmekpipe.MustParseKey[location.USCentral1]("projects/bank-keys/locations/us-central1/keyRings/dataflow/cryptoKeys/records")
	defer startCloud(key.Name()).Close()

	p, s := beam.NewPipelineWithRoot()
	balances := bigqueryio.Query(s, key.MustBigQueryProject("bank-prod"),
		"SELECT id, owner, cents FROM `bank-prod.inbox.balances` WHERE owner = @owner", reflect.TypeFor[balance](),
		bigqueryio.UseStandardSQL(), bigqueryio.WithQueryParameters(bigquery.QueryParameter{Name: "owner", Value: "Ada"}))
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

	p, s := beam.NewPipelineWithRoot()
	balances := beam.Create(s, balance{1, "Ada", 250}, balance{2, "Grace", 0})
	bigqueryio.Write(s, key.MustBigQueryTable("bank-prod.ledger.balances"), balances)
	if err := ptest.Run(p); err != nil {
		fmt.Println(err)
	}
	printTable(cloud, "bank-prod.ledger.balances")
	// Unordered output:
	// bank-prod.ledger.balances records
	// 1 Ada 250
	// 2 Grace 0
}

// Large batches are cheaper as files and one load job.
func ExampleWithFileLoads() {
	key := cmekpipe.MustParseKey[location.USCentral1]("projects/bank-keys/locations/us-central1/keyRings/dataflow/cryptoKeys/records")
	cloud := startCloud(key.Name())
	defer cloud.Close()

	p, s := beam.NewPipelineWithRoot()
	balances := beam.Create(s, balance{1, "Ada", 250}, balance{2, "Grace", 0})
	bigqueryio.Write(s, key.MustBigQueryTable("bank-prod.ledger.balances"), balances,
		bigqueryio.WithFileLoads(key.MustObject("gs://bank-scratch/loads")))
	if err := ptest.Run(p); err != nil {
		fmt.Println(err)
	}
	printTable(cloud, "bank-prod.ledger.balances")
	// Unordered output:
	// bank-prod.ledger.balances records
	// 1 Ada 250
	// 2 Grace 0
}

// Replaces the rows of an existing table in one step.
func ExampleWithWriteDisposition() {
	key := cmekpipe.MustParseKey[location.USCentral1]("projects/bank-keys/locations/us-central1/keyRings/dataflow/cryptoKeys/records")
	cloud := startCloud(key.Name())
	defer cloud.Close()

	p, s := beam.NewPipelineWithRoot()
	bigqueryio.Write(s, key.MustBigQueryTable("bank-prod.inbox.balances"), beam.Create(s, balance{4, "Alan", 10}),
		bigqueryio.WithWriteDisposition(bigquery.WriteTruncate))
	if err := ptest.Run(p); err != nil {
		fmt.Println(err)
	}
	rows, err := cloud.ReadRows(context.Background(), "bank-prod.inbox.balances")
	fmt.Println(len(rows), rows[0]["owner"], err)
	// Output:
	// 1 Alan <nil>
}

// Rows that BigQuery refuses are written to another table.
func ExampleWriteWithErrors() {
	key := cmekpipe.MustParseKey[location.USCentral1]("projects/bank-keys/locations/us-central1/keyRings/dataflow/cryptoKeys/records")
	cloud := startCloud(key.Name())
	defer cloud.Close()

	p, s := beam.NewPipelineWithRoot()
	balances := beam.Create(s, balance{1, "Ada", 250}, balance{2, "Grace", 0})
	refused := bigqueryio.WriteWithErrors(s, key.MustBigQueryTable("bank-prod.ledger.balances"), balances)
	bigqueryio.Write(s, key.MustBigQueryTable("bank-prod.ledger.refused"), refused)
	if err := ptest.Run(p); err != nil {
		fmt.Println(err)
	}
	printTable(cloud, "bank-prod.ledger.balances")
	printTable(cloud, "bank-prod.ledger.refused")
	// Unordered output:
	// bank-prod.ledger.balances records
	// 1 Ada 250
	// 2 Grace 0
	// bank-prod.ledger.refused records
}

// A destination can only be created from a key.
func ExampleWrite_withoutKey() {
	_, s := beam.NewPipelineWithRoot()
	defer func() { fmt.Println(recover()) }()
	bigqueryio.Write(s, cmekpipe.BigQueryTable{}, beam.Create(s, balance{}))
	// Output: cmekpipe[key-missing] bigqueryio.Write: "destination": got the zero BigQueryTable, want one created from a key; hint: create it from a key: key.BigQueryTable("PROJECT.DATASET.TABLE")
}
