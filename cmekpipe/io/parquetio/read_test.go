package parquetio_test

import (
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/testing/passert"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/parquetio"
	"github.com/cmekpipe/cmekpipe-go/internal/keyedfs/cmekgs"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/conformance/filetest"
)

func TestWhatIsWrittenIsReadBack(t *testing.T) {
	w := filetest.New(t)
	err := filetest.Run(t, func(s beam.Scope) {
		parquetio.WriteSharded(s, w.Object(t, "out/r*ws[1]"), beam.ParDo(s, toRow, beam.Create(s, "a", "ü")), parquetio.WithNumShards(2))
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, glob := range []string{"gs://bank-records/out/*.parquet", cmekgs.Format(w.Object(t, "out/*"))} {
		err := filetest.Run(t, func(s beam.Scope) {
			passert.Equals(s, parquetio.Read(s, glob, reflect.TypeFor[row]()), toRow("a"), toRow("ü"))
		})
		if err != nil {
			t.Errorf("%s: %v", glob, err)
		}
	}
	whole := w.ReadObject("gs://bank-records/out/r*ws[1]-00000-of-00002.parquet")
	w.WriteObject("gs://bank-records/cut/file", whole[:len(whole)-1])
	e := filetest.RequireCode(t, filetest.Run(t, func(s beam.Scope) {
		parquetio.Read(s, "gs://bank-records/cut/*", reflect.TypeFor[row]())
	}), cmekpipe.Corrupted)
	if e.Resource != "gs://bank-records/cut/file" || e.Op != "parquetio.Read" || !strings.Contains(e.Error(), "end with PAR1") {
		t.Errorf("got %v, want it about the file", e)
	}
	w.Inject(emulator.Fault{Method: "storage.objects.get", Status: http.StatusForbidden})
	err = filetest.Run(t, func(s beam.Scope) { parquetio.Read(s, "gs://bank-records/out/*", reflect.TypeFor[row]()) })
	if err == nil || strings.Contains(err.Error(), string("cmekpipe[Corrupted]")) {
		t.Errorf("got %v, want the refusal", err)
	}
}

func TestReadOfWhatCannotBeReadIsRefusedWhenThePipelineIsBuilt(t *testing.T) {
	type cents int64
	for name, typ := range map[string]reflect.Type{
		"no tags": reflect.TypeFor[untagged](),
		"string":  reflect.TypeFor[string](),
		"named type": reflect.TypeFor[struct {
			A cents `parquet:"name=a, type=INT64"`
		}](),
	} {
		e := filetest.Refusal(t, func(s beam.Scope) { parquetio.Read(s, "gs://bank-records/*", typ) })
		if e.Code != cmekpipe.InvalidOptions || e.Op != "parquetio.Read" || e.Resource != "gs://bank-records/*" || e.Hint == "" {
			t.Errorf("%s: got %v, want %v", name, e, cmekpipe.InvalidOptions)
		}
	}
}

func TestReadOfAPatternThatMatchesNothing(t *testing.T) {
	filetest.New(t)
	const glob = "gs://bank-records/misspelt/*"
	if err := filetest.Run(t, func(s beam.Scope) { passert.Empty(s, parquetio.Read(s, glob, reflect.TypeFor[row]())) }); err != nil {
		t.Errorf("got %v, want an empty collection", err)
	}
	err := filetest.Run(t, func(s beam.Scope) { parquetio.Read(s, glob, reflect.TypeFor[row](), parquetio.MatchEmptyDisallow()) })
	if e := filetest.RequireCode(t, err, cmekpipe.NotFound); e.Op != "parquetio.Read" || e.Resource != glob ||
		!strings.Contains(e.Hint, "parquetio.MatchEmptyDisallow") {
		t.Errorf("got %v, want it about %s, with a hint that names the option", e, glob)
	}
}

func TestInvalidPatternIsRefusedWhenThePipelineIsBuilt(t *testing.T) {
	for glob, code := range map[string]cmekpipe.Code{
		"": cmekpipe.InvalidName, "gs:/bank-in/x": cmekpipe.InvalidName, "ftp://host/x": cmekpipe.Unsupported,
	} {
		e := filetest.Refusal(t, func(s beam.Scope) { parquetio.Read(s, glob, reflect.TypeFor[row]()) })
		if e.Code != code || e.Op != "parquetio.Read" || e.Hint == "" {
			t.Errorf("%q: got %v, want code %v with a hint", glob, e, code)
		}
	}
}
