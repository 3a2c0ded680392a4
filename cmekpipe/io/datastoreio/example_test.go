package datastoreio_test

import (
	"fmt"
	"strings"

	"cloud.google.com/go/datastore"
	"github.com/apache/beam/sdks/v2/go/pkg/beam"
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

// parseAccount makes an entity and its key of a line.
func parseAccount(line string) (string, account) {
	number, holder, _ := strings.Cut(line, ",")
	return datastore.NameKey("Account", number, nil).Encode(), account{Holder: holder}
}

func init() { register.Function1x2(parseAccount) }

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

// Without a key there is nothing to write to.
func ExampleWrite_withoutKey() {
	_, s := beam.NewPipelineWithRoot()
	defer func() { fmt.Println(recover()) }()
	datastoreio.Write(s, cmekpipe.DatastoreDatabase{}, beam.ParDo(s, parseAccount, beam.Create(s, "DE02,Ada")))
	// Output: cmekpipe[key-missing] datastoreio.Write: "destination": got the zero DatastoreDatabase, want one under a key; hint: let a key mint it: key.DatastoreDatabase("projects/PROJECT/databases/DATABASE")
}
