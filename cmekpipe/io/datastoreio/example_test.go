package datastoreio_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"

	"cloud.google.com/go/datastore"
	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/runtime"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/testing/ptest"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/datastoreio"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/location"
)

const database = "projects/bank-prod/databases/accounts"

// account is an entity.
type account struct {
	Holder string
	Note   string `datastore:",noindex"`
}

// parseAccount returns the key and the entity of a line.
func parseAccount(line string) (string, account) {
	number, holder, _ := strings.Cut(line, ",")
	return datastore.NameKey("Account", number, nil).Encode(), account{Holder: holder}
}

func printHolder(a account) { fmt.Println(a.Holder) }

func init() {
	register.Function1x2(parseAccount)
	register.Function1x0(printHolder)
	runtime.RegisterType(reflect.TypeFor[account]())
}

// startCloud starts a loopback cloud with a database that is encrypted with key and holds Ada's account.
func startCloud(key cmekpipe.KeyName) *emulator.Cloud {
	ctx := context.Background()
	cloud, err := emulator.Start()
	if err != nil {
		panic(err)
	}
	err = errors.Join(cloud.Setenv(), cloud.CreateKey(ctx, key), cloud.GrantKey(ctx, key, "bank-prod"),
		cloud.CreateDatastoreDatabase(ctx, database, "us-central1", key))
	if err != nil {
		panic(err)
	}
	client := newClient()
	defer client.Close()
	if _, err := client.Put(ctx, datastore.NameKey("Account", "DE02", nil), &account{Holder: "Ada"}); err != nil {
		panic(err)
	}
	return cloud
}

// newClient returns Google's client for the database.
func newClient() *datastore.Client {
	client, err := datastore.NewClientWithDatabase(context.Background(), "bank-prod", "accounts")
	if err != nil {
		panic(err)
	}
	return client
}

// printAccounts prints what the database holds.
func printAccounts() {
	client := newClient()
	defer client.Close()
	var accounts []account
	keys, err := client.GetAll(context.Background(), datastore.NewQuery("Account"), &accounts)
	if err != nil {
		panic(err)
	}
	for i, a := range accounts {
		fmt.Println(keys[i].Name, a.Holder)
	}
	fmt.Println(len(accounts), "accounts")
}

func ExampleRead() {
	key := cmekpipe.MustParseKey[location.USCentral1]("projects/bank-keys/locations/us-central1/keyRings/dataflow/cryptoKeys/records")
	defer startCloud(key.Name()).Close()

	accountType := reflect.TypeFor[account]() // registered in init
	typeKey, _ := runtime.TypeKey(accountType)

	p, s := beam.NewPipelineWithRoot()
	beam.ParDo0(s, printHolder, datastoreio.Read(s, database, "Account", 16, accountType, typeKey))
	if err := ptest.Run(p); err != nil { // TestMain must call ptest.Main
		fmt.Println(err)
	}
	// Output:
	// Ada
}

func ExampleWrite() {
	key := cmekpipe.MustParseKey[location.USCentral1]("projects/bank-keys/locations/us-central1/keyRings/dataflow/cryptoKeys/records")
	defer startCloud(key.Name()).Close()

	p, s := beam.NewPipelineWithRoot()
	lines := beam.Create(s, "DE03,Grace", "DE04,Edsger")
	accounts := beam.ParDo(s, parseAccount, lines) // keys and entities
	datastoreio.Write(s, key.MustDatastoreDatabase(database), accounts)
	if err := ptest.Run(p); err != nil {
		fmt.Println(err)
	}
	printAccounts()
	// Output:
	// DE02 Ada
	// DE03 Grace
	// DE04 Edsger
	// 3 accounts
}

// A missing database is created with the key.
func ExampleWithCreateIfMissing() {
	key := cmekpipe.MustParseKey[location.USCentral1]("projects/bank-keys/locations/us-central1/keyRings/dataflow/cryptoKeys/records")
	cloud := startCloud(key.Name())
	defer cloud.Close()

	p, s := beam.NewPipelineWithRoot()
	accounts := beam.ParDo(s, parseAccount, beam.Create(s, "DE05,Alan"))
	datastoreio.Write(s, key.MustDatastoreDatabase("projects/bank-prod/databases/archive"), accounts, datastoreio.WithCreateIfMissing())
	if err := ptest.Run(p); err != nil {
		fmt.Println(err)
	}
	for _, e := range cloud.Ledger() {
		if e.Kind == emulator.KindDatabase && e.Name != database {
			fmt.Println(e.Name)
			fmt.Println(e.ProtectedBy())
		}
	}
	// Output:
	// projects/bank-prod/databases/archive
	// projects/bank-keys/locations/us-central1/keyRings/dataflow/cryptoKeys/records
}

func ExampleDelete() {
	key := cmekpipe.MustParseKey[location.USCentral1]("projects/bank-keys/locations/us-central1/keyRings/dataflow/cryptoKeys/records")
	defer startCloud(key.Name()).Close()

	p, s := beam.NewPipelineWithRoot()
	closed := beam.Create(s, datastore.NameKey("Account", "DE02", nil).Encode())
	datastoreio.Delete(s, key.MustDatastoreDatabase(database), closed)
	if err := ptest.Run(p); err != nil {
		fmt.Println(err)
	}
	printAccounts()
	// Output:
	// 0 accounts
}

// A destination can only be created from a key.
func ExampleWrite_withoutKey() {
	_, s := beam.NewPipelineWithRoot()
	defer func() { fmt.Println(recover()) }()
	datastoreio.Write(s, cmekpipe.DatastoreDatabase{}, beam.ParDo(s, parseAccount, beam.Create(s, "DE02,Ada")))
	// Output: cmekpipe[key-missing] datastoreio.Write: "destination": got the zero DatastoreDatabase, want one created from a key; hint: create it from a key: key.DatastoreDatabase("projects/PROJECT/databases/DATABASE")
}
