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

// startCloud starts a loopback cloud with the rows of bank-prod.inbox.balances.
func startCloud() *emulator.Cloud {
	ctx := context.Background()
	cloud, err := emulator.Start()
	if err != nil {
		panic(err)
	}
	rows := []balance{{1, "Ada", 250}, {2, "Grace", 0}, {3, "Edsger", 75}}
	err = errors.Join(cloud.Setenv(), cloud.CreateDataset(ctx, "bank-prod.inbox", "us-central1", cmekpipe.KeyName{}),
		cloud.CreateTable(ctx, "bank-prod.inbox.balances", cmekpipe.KeyName{}, rows))
	if err != nil {
		panic(err)
	}
	return cloud
}

func ExampleRead() {
	defer startCloud().Close()

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

	p, s := beam.NewPipelineWithRoot()
	bigqueryio.Query(s, key.MustBigQueryProject("bank-prod"),
		"SELECT id, owner, cents FROM `bank-prod.inbox.balances` WHERE owner = @owner", reflect.TypeFor[balance](),
		bigqueryio.UseStandardSQL(), bigqueryio.WithQueryParameters(bigquery.QueryParameter{Name: "owner", Value: "Ada"}))

	_, _, err := p.Build()
	fmt.Println("built:", err == nil)
	// Output: built: true
}

func ExampleWrite() {
	key := cmekpipe.MustParseKey[location.USCentral1]("projects/bank-keys/locations/us-central1/keyRings/dataflow/cryptoKeys/records")

	p, s := beam.NewPipelineWithRoot()
	balances := bigqueryio.Read(s, "bank-prod", "bank-prod.inbox.balances", reflect.TypeFor[balance]())
	bigqueryio.Write(s, key.MustBigQueryTable("bank-prod.ledger.balances"), balances,
		bigqueryio.WithWriteDisposition(bigquery.WriteTruncate))

	_, _, err := p.Build()
	fmt.Println("built:", err == nil)
	// Output: built: true
}

// Large batches are cheaper as files and one load job.
func ExampleWithFileLoads() {
	key := cmekpipe.MustParseKey[location.USCentral1]("projects/bank-keys/locations/us-central1/keyRings/dataflow/cryptoKeys/records")

	p, s := beam.NewPipelineWithRoot()
	balances := bigqueryio.Read(s, "bank-prod", "bank-prod.inbox.balances", reflect.TypeFor[balance]())
	bigqueryio.Write(s, key.MustBigQueryTable("bank-prod.ledger.balances"), balances,
		bigqueryio.WithFileLoads(key.MustObject("gs://bank-scratch/loads")))

	_, _, err := p.Build()
	fmt.Println("built:", err == nil)
	// Output: built: true
}

// Rows that can't be written are written to another table.
func ExampleWriteWithErrors() {
	key := cmekpipe.MustParseKey[location.USCentral1]("projects/bank-keys/locations/us-central1/keyRings/dataflow/cryptoKeys/records")

	p, s := beam.NewPipelineWithRoot()
	balances := bigqueryio.Read(s, "bank-prod", "bank-prod.inbox.balances", reflect.TypeFor[balance]())
	refused := bigqueryio.WriteWithErrors(s, key.MustBigQueryTable("bank-prod.ledger.balances"), balances)
	bigqueryio.Write(s, key.MustBigQueryTable("bank-prod.ledger.refused"), refused)

	_, _, err := p.Build()
	fmt.Println("built:", err == nil)
	// Output: built: true
}

// A destination can only be created from a key.
func ExampleWrite_withoutKey() {
	_, s := beam.NewPipelineWithRoot()
	defer func() { fmt.Println(recover()) }()
	bigqueryio.Write(s, cmekpipe.BigQueryTable{}, beam.Create(s, balance{}))
	// Output: cmekpipe[key-missing] bigqueryio.Write: "destination": got the zero BigQueryTable, want one created from a key; hint: create it from a key: key.BigQueryTable("PROJECT.DATASET.TABLE")
}
