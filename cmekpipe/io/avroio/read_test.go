package avroio_test

import (
	"bytes"
	"math"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/testing/passert"
	"github.com/linkedin/goavro/v2"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/avroio"
	"github.com/cmekpipe/cmekpipe-go/internal/keyedfs/cmekgs"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/conformance/filetest"
)

func init() {
	beam.RegisterDoFn(&collectFn{})
	beam.RegisterType(reflect.TypeFor[row]())
}

// row is a row of the schema.
type row struct {
	Line string `json:"line"`
	Size int64  `json:"size"`
}

// collected is what collectFn saw. Prism's workers run in this process, and a test collects once at a time.
var collected []string

type collectFn struct{}

func (*collectFn) ProcessElement(text string) { collected = append(collected, text) }

// readBack returns what Read makes of files, as JSON.
func readBack(t *testing.T, glob string) []string {
	t.Helper()
	collected = nil
	err := filetest.Run(t, func(s beam.Scope) { beam.ParDo0(s, &collectFn{}, avroio.Read(s, glob, reflect.TypeFor[string]())) })
	if err != nil {
		t.Fatal(err)
	}
	return collected
}

func TestWhatIsWrittenIsReadBack(t *testing.T) {
	w := filetest.New(t)
	err := filetest.Run(t, func(s beam.Scope) {
		avroio.Write(s, w.Object(t, "out/r*ws[1]"), schema, beam.ParDo(s, toRow, beam.Create(s, "a", "ü")), avroio.WithNumShards(2))
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, glob := range []string{"gs://bank-records/out/*.avro", cmekgs.Format(w.Object(t, "out/*"))} {
		err := filetest.Run(t, func(s beam.Scope) {
			passert.Equals(s, avroio.Read(s, glob, reflect.TypeFor[string]()), `{"line":"a","note":null,"size":1}`, `{"line":"ü","note":null,"size":2}`)
			passert.Equals(s, avroio.Read(s, glob, reflect.TypeFor[row]()), row{"a", 1}, row{"ü", 2})
		})
		if err != nil {
			t.Errorf("%s: %v", glob, err)
		}
	}
	if got := readBack(t, "gs://bank-records/nowhere/*"); len(got) != 0 {
		t.Errorf("got %q, want no row", got)
	}
}

// file returns a file of blocks with one row each.
func file(t *testing.T, schema string, rows ...any) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := goavro.NewOCFWriter(goavro.OCFConfig{Schema: schema, W: &b})
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		if err := w.Append([]any{row}); err != nil {
			t.Fatal(err)
		}
	}
	return b.Bytes()
}

func TestFileThatCannotBeReadToItsEndFailsTheRun(t *testing.T) {
	whole := file(t, `"string"`, "secret one", "secret two", "secret three")
	spoiled := bytes.Replace(whole, []byte("\x14secret two"), []byte("\x16secret two"), 1) // a row longer than its block
	notANumber := file(t, `"double"`, math.NaN())
	w := filetest.New(t)
	tests := map[string]struct {
		data []byte
		t    reflect.Type
		code cmekpipe.Code
		why  string
	}{
		"empty":          {nil, reflect.TypeFor[string](), cmekpipe.Corrupted, "no header"},
		"text":           {[]byte("secret text"), reflect.TypeFor[string](), cmekpipe.Corrupted, "no header"},
		"row":            {spoiled, reflect.TypeFor[string](), cmekpipe.Corrupted, "row 2"},
		"cut":            {whole[:len(whole)-1], reflect.TypeFor[string](), cmekpipe.Corrupted, "behind row 2"},
		"cut in a row":   {whole[:len(whole)-20], reflect.TypeFor[string](), cmekpipe.Corrupted, "behind row 2"},
		"bytes behind":   {append(bytes.Clone(whole), 'x'), reflect.TypeFor[string](), cmekpipe.Corrupted, "behind row 3"},
		"other type":     {whole, reflect.TypeFor[row](), cmekpipe.InvalidOptions, "row 1"},
		"not for JSON":   {notANumber, reflect.TypeFor[string](), cmekpipe.InvalidOptions, "JSON"},
		"unknown schema": {bytes.Replace(whole, []byte(`"string"`), []byte(`"strinG"`), 1), reflect.TypeFor[string](), cmekpipe.Corrupted, "no header"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w.WriteObject("gs://bank-records/in/file", tt.data)
			err := filetest.Run(t, func(s beam.Scope) { avroio.Read(s, "gs://bank-records/in/*", tt.t) })
			e := filetest.RequireCode(t, err, tt.code)
			if e.Resource != "gs://bank-records/in/file" || e.Op != "avroio.Read" || e.Hint == "" || !strings.Contains(e.Error(), tt.why) {
				t.Errorf("got %v, want it about the file, with a hint and %q", e, tt.why)
			}
			if strings.Contains(err.Error(), "secret") {
				t.Errorf("got the row in the error: %v", err)
			}
		})
	}
}

func TestReaderTellsARefusalFromDamage(t *testing.T) {
	w := filetest.New(t)
	w.WriteObject("gs://bank-records/in/file", file(t, `"string"`, "a"))
	w.Inject(emulator.Fault{Method: "storage.objects.get", Status: http.StatusForbidden})
	err := filetest.Run(t, func(s beam.Scope) { avroio.Read(s, "gs://bank-records/in/*", reflect.TypeFor[string]()) })
	if e, ok := cmekpipe.FindError(err.Error()); err == nil || ok && e.Code == cmekpipe.Corrupted {
		t.Errorf("got %v, want the refusal", err)
	}
}

func TestReadOfAPatternThatMatchesNothing(t *testing.T) {
	filetest.New(t)
	const glob = "gs://bank-records/misspelt/*"
	if err := filetest.Run(t, func(s beam.Scope) { passert.Empty(s, avroio.Read(s, glob, reflect.TypeFor[string]())) }); err != nil {
		t.Errorf("got %v, want an empty collection", err)
	}
	err := filetest.Run(t, func(s beam.Scope) { avroio.Read(s, glob, reflect.TypeFor[string](), avroio.MatchEmptyDisallow()) })
	if e := filetest.RequireCode(t, err, cmekpipe.NotFound); e.Op != "avroio.Read" || e.Resource != glob ||
		!strings.Contains(e.Hint, "avroio.MatchEmptyDisallow") {
		t.Errorf("got %v, want it about %s, with a hint that names the option", e, glob)
	}
}

func TestInvalidPatternIsRefusedWhenThePipelineIsBuilt(t *testing.T) {
	for glob, code := range map[string]cmekpipe.Code{
		"": cmekpipe.InvalidName, "gs:/bank-in/x": cmekpipe.InvalidName, "ftp://host/x": cmekpipe.Unsupported,
	} {
		e := filetest.Refusal(t, func(s beam.Scope) { avroio.Read(s, glob, reflect.TypeFor[string]()) })
		if e.Code != code || e.Op != "avroio.Read" || e.Hint == "" {
			t.Errorf("%q: got %v, want code %v with a hint", glob, e, code)
		}
	}
}
