package datastoreio_test

import (
	"context"
	"encoding/json"
	"reflect"
	"testing"

	"cloud.google.com/go/datastore"
	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/runtime"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"
	_ "github.com/apache/beam/sdks/v2/go/pkg/beam/runners/prism"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/testing/ptest"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/conformance/retryrunner"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/shortpause"
)

func TestMain(m *testing.M) {
	shortpause.Enable()
	ptest.Main(m)
}

const ledger = "projects/" + cmektest.Project + "/databases/ledger"

// entry is an entity without its key.
type entry struct {
	Number int64
	Note   string
}

// keyed is an entity that holds its key, and has a coder of its own.
type keyed struct {
	Key  *datastore.Key `datastore:"__key__"`
	Note string
}

func encodeKeyed(k keyed) ([]byte, error) { return json.Marshal(k) }

func decodeKeyed(text []byte) (k keyed, err error) {
	err = json.Unmarshal(text, &k)
	return k, err
}

// entries makes n entities with the ids 1 to n.
func entries(n int64, emit func(string, entry)) {
	for id := int64(1); id <= n; id++ {
		emit(datastore.IDKey("Entry", id, nil).Encode(), entry{Number: id, Note: "note"})
	}
}

func keyedEntries(n int64, emit func(keyed)) {
	for id := int64(1); id <= n; id++ {
		emit(keyed{datastore.NameKey("Entry", "e", datastore.IDKey("Parent", id, nil)), "note"})
	}
}

// twice makes each of n entities two times in a row, so that the later note should stay.
func twice(n int64, emit func(string, entry)) {
	for id := int64(1); id <= n; id++ {
		for _, note := range []string{"first", "second"} {
			emit(datastore.IDKey("Entry", id, nil).Encode(), entry{Number: id, Note: note})
		}
	}
}

func keys(n int64, emit func(string)) {
	for id := int64(1); id <= n; id++ {
		emit(datastore.IDKey("Entry", id, nil).Encode())
		emit(datastore.IDKey("Entry", id, nil).Encode())
	}
}

func numberOf(e entry) int64 { return e.Number }

func keyNumber(k keyed) int64 { return k.Key.Parent.ID }

func init() {
	for _, t := range []reflect.Type{reflect.TypeFor[entry](), reflect.TypeFor[keyed](), reflect.TypeFor[narrow]()} {
		runtime.RegisterType(t)
	}
	beam.RegisterCoder(reflect.TypeFor[keyed](), encodeKeyed, decodeKeyed)
	register.Function2x0(entries)
	register.Function2x0(keyedEntries)
	register.Function2x0(twice)
	register.Function2x0(keys)
	register.Function1x1(numberOf)
	register.Function1x1(keyNumber)
	register.Emitter2[string, entry]()
	register.Emitter1[keyed]()
	register.Emitter1[string]()
}

// The names under which the types are registered.
func entryKey() string { return typeKey(reflect.TypeFor[entry]()) }

func keyedKey() string { return typeKey(reflect.TypeFor[keyed]()) }

func made(s beam.Scope, n int64) beam.PCollection { return beam.ParDo(s, entries, beam.Create(s, n)) }

// world is a loopback cloud with a key.
type world struct {
	*cmektest.Cloud
	key cmekpipe.KeyName
	db  cmekpipe.DatastoreDatabase
}

func newWorld(t testing.TB) *world {
	t.Helper()
	cloud := cmektest.NewCloud(t)
	key := cloud.CreateKey("us-central1", "records")
	return &world{cloud, key, key.MustDatastoreDatabase(ledger)}
}

// withDatabase is newWorld with the database under the key.
func withDatabase(t testing.TB) *world {
	t.Helper()
	w := newWorld(t)
	w.CreateDatastoreDatabase(ledger, "us-central1", w.key)
	return w
}

// run runs the pipeline that build makes, with one attempt at each bundle.
func run(t testing.TB, build func(beam.Scope)) error {
	t.Helper()
	p, s := beam.NewPipelineWithRoot()
	build(s)
	return retryrunner.Run(t.Context(), p, retryrunner.Config{Attempts: 1})
}

func client(t testing.TB) *datastore.Client {
	t.Helper()
	c, err := datastore.NewClientWithDatabase(context.Background(), cmektest.Project, "ledger")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// rows returns what the kind Entry holds, by number.
func rows(t testing.TB) map[int64]string {
	t.Helper()
	var all []entry
	if _, err := client(t).GetAll(context.Background(), datastore.NewQuery("Entry"), &all); err != nil {
		t.Fatal(err)
	}
	got := map[int64]string{}
	for _, e := range all {
		got[e.Number] = e.Note
	}
	return got
}

// requireCode fails unless err is, or tells in its text, an Error with the code.
func requireCode(t testing.TB, err error, code cmekpipe.Code) *cmekpipe.Error {
	t.Helper()
	if err == nil {
		t.Fatalf("got no error, want %v", code)
	}
	e, ok := cmekpipe.FindError(err.Error())
	if !ok || e.Code != code {
		t.Fatalf("got %v, want code %v", err, code)
	}
	return e
}

// typeKey returns what runtime.RegisterType returned for a type.
func typeKey(t reflect.Type) string {
	key, ok := runtime.TypeKey(t)
	if !ok {
		panic("got a type without a key: " + t.String())
	}
	return key
}
