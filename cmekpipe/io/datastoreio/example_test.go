package datastoreio_test

import (
	"fmt"
	"reflect"
	"strings"

	"cloud.google.com/go/datastore"
	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/runtime"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/datastoreio"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/location"
)

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

func init() {
	register.Function1x2(parseAccount)
	runtime.RegisterType(reflect.TypeFor[account]())
}

func ExampleRead() {
	accountType := reflect.TypeFor[account]() // registered in init
	typeKey, _ := runtime.TypeKey(accountType)

	p, s := beam.NewPipelineWithRoot()
	datastoreio.Read(s, "projects/bank-prod/databases/accounts", "Account", 16, accountType, typeKey)

	_, _, err := p.Build()
	fmt.Println("built:", err == nil)
	// Output: built: true
}

func ExampleWrite() {
	key := cmekpipe.MustParseKey[location.USCentral1]("projects/bank-keys/locations/us-central1/keyRings/dataflow/cryptoKeys/records")

	p, s := beam.NewPipelineWithRoot()
	lines := beam.Create(s, "DE02,Ada", "DE03,Grace")
	accounts := beam.ParDo(s, parseAccount, lines) // keys and entities
	datastoreio.Write(s, key.MustDatastoreDatabase("projects/bank-prod/databases/accounts"), accounts)

	_, _, err := p.Build()
	fmt.Println("built:", err == nil)
	// Output: built: true
}

func ExampleDelete() {
	key := cmekpipe.MustParseKey[location.USCentral1]("projects/bank-keys/locations/us-central1/keyRings/dataflow/cryptoKeys/records")

	p, s := beam.NewPipelineWithRoot()
	closed := beam.Create(s, datastore.NameKey("Account", "DE02", nil).Encode())
	datastoreio.Delete(s, key.MustDatastoreDatabase("projects/bank-prod/databases/accounts"), closed)

	_, _, err := p.Build()
	fmt.Println("built:", err == nil)
	// Output: built: true
}

// A destination can only be created from a key.
func ExampleWrite_withoutKey() {
	_, s := beam.NewPipelineWithRoot()
	defer func() { fmt.Println(recover()) }()
	datastoreio.Write(s, cmekpipe.DatastoreDatabase{}, beam.ParDo(s, parseAccount, beam.Create(s, "DE02,Ada")))
	// Output: cmekpipe[key-missing] datastoreio.Write: "destination": got the zero DatastoreDatabase, want one created from a key; hint: create it from a key: key.DatastoreDatabase("projects/PROJECT/databases/DATABASE")
}
