package textio_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"slices"
	"strings"
	"testing"

	"cloud.google.com/go/storage"
	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	//lint:ignore SA1019 programs may name it as long as Beam has it
	_ "github.com/apache/beam/sdks/v2/go/pkg/beam/runners/direct"
	_ "github.com/apache/beam/sdks/v2/go/pkg/beam/runners/prism"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/testing/ptest"
	"google.golang.org/api/iterator"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/shortpause"
)

func TestMain(m *testing.M) {
	shortpause.Enable()
	ptest.Main(m)
}

const bucket = "bank-records"

// world is a loopback cloud with a key and a bucket without a default key, so that only writers that ask for the key
// get it.
type world struct {
	*cmektest.Cloud
	key cmekpipe.KeyName
}

func newWorld(t testing.TB) *world {
	t.Helper()
	cloud := cmektest.NewCloud(t)
	w := &world{cloud, cloud.CreateKey("us-central1", "records")}
	cloud.CreateBucket(bucket, "us-central1", cmekpipe.KeyName{})
	return w
}

func (w *world) object(t testing.TB, name string) cmekpipe.Object {
	t.Helper()
	o, err := w.key.Object("gs://" + bucket + "/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// run runs the pipeline that build makes, on Prism.
func run(t testing.TB, build func(beam.Scope)) error {
	t.Helper()
	return runWith(t.Context(), "prism", build)
}

func runWith(ctx context.Context, runner string, build func(beam.Scope)) error {
	p, s := beam.NewPipelineWithRoot()
	build(s)
	_, err := beam.Run(ctx, runner, p)
	return err
}

// visible returns the names of all objects in the bucket, temporary ones included.
func (w *world) visible(t testing.TB) []string {
	t.Helper()
	names := []string{}
	for it := w.StorageClient().Bucket(bucket).Objects(context.Background(), &storage.Query{}); ; {
		attrs, err := it.Next()
		if err == iterator.Done {
			return names
		}
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, attrs.Name)
	}
}

// final returns the names of all objects but temporary ones.
func (w *world) final(t testing.TB) []string {
	t.Helper()
	return slices.DeleteFunc(w.visible(t), func(name string) bool { return strings.Contains(name, ".cmekpipe-temp-") })
}

// lines returns the lines of the named objects, sorted.
func (w *world) lines(t testing.TB, names ...string) []string {
	t.Helper()
	all := []string{}
	for _, name := range names {
		data := w.ReadObject("gs://" + bucket + "/" + name)
		if strings.HasSuffix(name, ".gz") {
			data = unzip(t, data)
		}
		if len(data) > 0 {
			all = append(all, strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")...)
		}
	}
	slices.Sort(all)
	return all
}

func unzip(t testing.TB, data []byte) []byte {
	t.Helper()
	r, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	data, err = io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// requireKeyAsked fails unless every object was created with the key, which its writer named.
func (w *world) requireKeyAsked(t testing.TB) {
	t.Helper()
	objects := 0
	for _, e := range w.Ledger() {
		if e.Kind != "object" {
			continue
		}
		objects++
		if !e.KeyAsked || e.ProtectedBy() != w.key {
			t.Errorf("%s %s: got key %v, asked for %v, want %v, asked for", e.Method, e.Name, e.ProtectedBy(), e.KeyAsked, w.key)
		}
	}
	if objects == 0 {
		t.Error("got no object, want some")
	}
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
