package emulator_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"

	"cloud.google.com/go/storage"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/location"
)

// A program that runs locally starts a cloud, creates the resources that it needs and sets the variables of its
// process. The rest of the program is the same as on Google Cloud.
func Example() {
	ctx := context.Background()
	key := cmekpipe.MustParseKey[location.USCentral1]("projects/bank-keys/locations/us-central1/keyRings/dataflow/cryptoKeys/pipelines").Name()
	cloud, err := emulator.Start()
	if err != nil {
		log.Fatal(err)
	}
	defer cloud.Close()
	err = errors.Join(
		cloud.Setenv(),
		cloud.CreateKey(ctx, key),
		cloud.GrantKey(ctx, key, "bank-prod"),
		cloud.CreateBucket(ctx, "bank-prod", "bank-archive", "us-central1", key),
		cloud.CreateDataset(ctx, "bank-prod.ledger", "us-central1", key),
		cloud.CreateTopic(ctx, "projects/bank-prod/topics/payments", key),
	)
	if err != nil {
		log.Fatal(err)
	}
	before := len(cloud.Ledger())

	export(ctx, "bank-archive")

	if err := emulator.WriteReport(os.Stdout, cloud.Ledger()[before:]); err != nil {
		log.Fatal(err)
	}
	// Output:
	//   object  gs://bank-archive/report.csv  10 bytes
	//           projects/bank-keys/locations/us-central1/keyRings/dataflow/cryptoKeys/pipelines
	// 1 resources created, 0 resources without a key
}

// export is the code that runs locally and on Google Cloud.
func export(ctx context.Context, bucket string) {
	client, err := storage.NewClient(ctx)
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	w := client.Bucket(bucket).Object("report.csv").NewWriter(ctx)
	if _, err := io.WriteString(w, "id,amount\n"); err != nil {
		log.Fatal(err)
	}
	if err := w.Close(); err != nil {
		log.Fatal(err)
	}
}

// A service encrypts only with keys that are granted to its service agent, as on Google Cloud.
func ExampleCloud_GrantKey() {
	ctx := context.Background()
	key := cmekpipe.MustParseKey[location.USCentral1]("projects/bank-keys/locations/us-central1/keyRings/dataflow/cryptoKeys/pipelines").Name()
	cloud, err := emulator.Start()
	if err != nil {
		log.Fatal(err)
	}
	defer cloud.Close()
	if err := cloud.CreateKey(ctx, key); err != nil {
		log.Fatal(err)
	}
	create := func() error { return cloud.CreateBucket(ctx, "bank-prod", "bank-archive", "us-central1", key) }
	fmt.Println("denied:", create() != nil)
	if err := cloud.GrantKey(ctx, key, "bank-prod", emulator.Storage); err != nil {
		log.Fatal(err)
	}
	fmt.Println("granted:", create() == nil)
	// Output:
	// denied: true
	// granted: true
}

// Inject tests a retry by failing the first call. A fault that no call meets proves nothing: package cmektest fails the
// test, other callers check UnusedFaults.
func ExampleCloud_Inject() {
	ctx := context.Background()
	cloud, err := emulator.Start()
	if err != nil {
		log.Fatal(err)
	}
	defer cloud.Close()
	err = errors.Join(
		cloud.CreateBucket(ctx, "bank-prod", "bank-archive", "us-central1", cmekpipe.KeyName{}),
		cloud.WriteObject(ctx, "gs://bank-archive/o", []byte("salary")),
	)
	if err != nil {
		log.Fatal(err)
	}
	cloud.Inject(emulator.Fault{Method: emulator.StorageObjectsGet, Call: 1, Status: 503})
	cloud.Inject(emulator.Fault{Method: emulator.StorageObjectsDelete, Status: 403})

	data, err := cloud.ReadObject(ctx, "gs://bank-archive/o") // Google's client retries
	fmt.Printf("read: %s, error: %v\n", data, err)
	for _, f := range cloud.UnusedFaults() {
		fmt.Println("no call met:", f)
	}
	// Output:
	// read: salary, error: <nil>
	// no call met: storage.objects.delete: status 403
}

// The BigQuery engine executes SELECT from one table. A test supplies the rows of every other query.
func ExampleCloud_SetQueryResult() {
	cloud, err := emulator.Start()
	if err != nil {
		log.Fatal(err)
	}
	defer cloud.Close()
	type row struct {
		Branch string `bigquery:"branch"`
		Cents  int64  `bigquery:"cents"`
	}
	const query = "SELECT branch, cents FROM ledger.a JOIN ledger.b USING (id)"
	fmt.Println(cloud.SetQueryResult(query, []row{{"Bonn", 1250}, {"Oslo", 300}}))
	// Output:
	// <nil>
}
