package filetest

import (
	"strings"
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/retention"
)

// RequireTempFolder fails unless writes with a folder for temporary objects in another bucket keep them only there, encrypted
// with that folder's key, and leave none. The bucket of the destination keeps every object.
func RequireTempFolder(t *testing.T, writes map[string]func(s beam.Scope, to cmekpipe.Object, lines beam.PCollection, temp cmekpipe.Object)) {
	for name, write := range writes {
		t.Run(name, func(t *testing.T) {
			w := New(t)
			retention.Policy().Protect(t, w.Cloud, Bucket)
			w.CreateBucket("bank-work", "us-central1", cmekpipe.KeyName{})
			temp := w.CreateKey("us-central1", "work").MustObject("gs://bank-work/tmp")
			if err := Run(t, func(s beam.Scope) { write(s, w.Object(t, "out/rows"), beam.CreateList(s, Numbers(10)), temp) }); err != nil {
				t.Fatal(err)
			}
			written := 0
			for _, e := range w.Ledger() {
				want := w.Records
				if strings.HasPrefix(e.Name, "gs://bank-work/tmp/.cmekpipe-temp-") {
					want = temp.Key()
					written++
				}
				if e.Kind == "object" && (!e.KeyAsked || e.ProtectedBy() != want) {
					t.Errorf("%s %s: got key %v, requested %v, want %v, requested", e.Method, e.Name, e.ProtectedBy(), e.KeyAsked, want)
				}
			}
			if left := w.ListObjects("gs://bank-work/"); len(left) > 0 || written == 0 {
				t.Errorf("got %q left of %d temporary objects, want some and none left", left, written)
			}
			if all, final := w.Visible(t), w.Final(t); len(final) == 0 || len(all) != len(final) {
				t.Errorf("got %q, want files and no temporary object", all)
			}
		})
	}
}
