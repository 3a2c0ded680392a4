// Package filetest provides what the tests of all file connectors share: a loopback cloud with a bucket, pipelines on Prism,
// and the cases of writes to one object and to shards, whatever the format is. See [Connector].
package filetest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"cloud.google.com/go/storage"
	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	_ "github.com/apache/beam/sdks/v2/go/pkg/beam/runners/prism" // runs the pipelines
	"google.golang.org/api/iterator"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
)

// Bucket is the bucket of every World.
const Bucket = "bank-records"

// World is a loopback cloud with a key and a bucket without a default key, so that only writers that name the key get
// it.
type World struct {
	*cmektest.Cloud
	// Records is the key, in the bucket's location.
	Records cmekpipe.KeyName
}

// New starts a World that ends with the test.
func New(t testing.TB) *World {
	t.Helper()
	cloud := cmektest.NewCloud(t)
	w := &World{cloud, cloud.CreateKey("us-central1", "records")}
	cloud.CreateBucket(Bucket, "us-central1", cmekpipe.KeyName{})
	return w
}

// Object names an object of the bucket, encrypted with the key.
func (w *World) Object(t testing.TB, name string) cmekpipe.Object {
	t.Helper()
	o, err := w.Records.Object("gs://" + Bucket + "/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// Run runs the pipeline that build makes, on Prism.
func Run(t testing.TB, build func(beam.Scope)) error {
	t.Helper()
	p, s := beam.NewPipelineWithRoot()
	build(s)
	_, err := beam.Run(t.Context(), "prism", p)
	return err
}

// Visible returns the names of all objects in the bucket, temporary ones included.
func (w *World) Visible(t testing.TB) []string {
	t.Helper()
	names := []string{}
	for it := w.StorageClient().Bucket(Bucket).Objects(context.Background(), &storage.Query{}); ; {
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

// Final returns the names of all objects except temporary ones.
func (w *World) Final(t testing.TB) []string {
	t.Helper()
	return slices.DeleteFunc(w.Visible(t), func(name string) bool { return strings.Contains(name, ".cmekpipe-temp-") })
}

// RequireKeyAsked fails unless every object is encrypted with the key because its writer named it.
func (w *World) RequireKeyAsked(t testing.TB) {
	t.Helper()
	objects := 0
	for _, e := range w.Ledger() {
		if e.Kind != "object" {
			continue
		}
		objects++
		if !e.KeyAsked || e.ProtectedBy() != w.Records {
			t.Errorf("%s %s: got key %v, requested %v, want %v, requested", e.Method, e.Name, e.ProtectedBy(), e.KeyAsked, w.Records)
		}
	}
	if objects == 0 {
		t.Error("got no object, want some")
	}
}

// RequireCode fails unless err is an Error with the code, or has the text of one.
func RequireCode(t testing.TB, err error, code cmekpipe.Code) *cmekpipe.Error {
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

// Refusal returns the Error that build panics with.
func Refusal(t testing.TB, build func(beam.Scope)) (e *cmekpipe.Error) {
	t.Helper()
	defer func() {
		var ok bool
		if e, ok = recover().(*cmekpipe.Error); !ok {
			t.Fatal("got no panic with a *cmekpipe.Error")
		}
	}()
	_, s := beam.NewPipelineWithRoot()
	build(s)
	return nil
}

// Numbers returns n lines, all different and in order.
func Numbers(n int) []string {
	lines := make([]string, n)
	for i := range lines {
		lines[i] = fmt.Sprintf("%08d", i)
	}
	return lines
}

// Create is beam.CreateList that can be empty.
func Create(s beam.Scope, lines []string) beam.PCollection {
	if len(lines) == 0 {
		return beam.ParDo(s, dropAll, beam.Create(s, "dropped"))
	}
	return beam.CreateList(s, lines)
}
