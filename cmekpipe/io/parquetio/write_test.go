package parquetio_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	beamparquetio "github.com/apache/beam/sdks/v2/go/pkg/beam/io/parquetio"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/parquetio"
	"github.com/cmekpipe/cmekpipe-go/internal/keyedfs/cmekgs"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/conformance/filetest"
)

func init() {
	beam.RegisterType(reflect.TypeFor[fixed]())
	beam.RegisterType(reflect.TypeFor[narrow]())
}

type (
	fixed struct {
		ID string `parquet:"name=id, type=FIXED_LEN_BYTE_ARRAY, length=6"`
	}
	untagged struct{ Line string }
	narrow   struct {
		Number int64 `parquet:"name=number, type=INT32"`
	}
)

func TestRowThatItsTagsDoNotFitShowsNothing(t *testing.T) {
	w := filetest.New(t)
	for _, tt := range []struct {
		op    string
		write func(beam.Scope, cmekpipe.Object, beam.PCollection)
	}{
		{"parquetio.Write", func(s beam.Scope, o cmekpipe.Object, col beam.PCollection) { parquetio.Write(s, o, col) }},
		{"parquetio.WriteSharded", func(s beam.Scope, o cmekpipe.Object, col beam.PCollection) { parquetio.WriteSharded(s, o, col) }},
		{"parquetio.WriteSharded", func(s beam.Scope, o cmekpipe.Object, col beam.PCollection) {
			parquetio.WriteSharded(s, o, col, parquetio.WithNumShards(1))
		}},
	} {
		err := filetest.Run(t, func(s beam.Scope) {
			tt.write(s, w.Object(t, "out/rows"), beam.Create(s, fixed{"123456"}, fixed{"secret!"}, fixed{"123456"}))
		})
		e := filetest.RequireCode(t, err, cmekpipe.InvalidOptions)
		if e.Op != tt.op || e.Resource != "gs://bank-records/out/rows" || e.Hint == "" || !strings.Contains(e.Error(), `"id"`) {
			t.Errorf("got %v, want it from %s, about the object and the column, with a hint", e, tt.op)
		}
		if strings.Contains(err.Error(), "secret") {
			t.Errorf("got the row in the error: %v", err)
		}
		if names := w.Final(t); len(names) != 0 {
			t.Errorf("got %q, want no object", names)
		}
	}
}

// The next two tests are what ours is for: they fail when Beam fixes its writer.

func TestBeamsWriteCutsNumbers(t *testing.T) {
	w := filetest.New(t)
	big := narrow{Number: 1<<32 + 7}
	err := filetest.Run(t, func(s beam.Scope) { beamparquetio.Write(s, "gs://bank-records/theirs", beam.Create(s, big)) })
	if err != nil {
		t.Errorf("got %v from Beam's, want the success that it reports", err)
	}
	if got := readArrow(t, w.ReadObject("gs://bank-records/theirs")); len(got) != 1 || !strings.Contains(string(got[0]), ":7}") {
		t.Errorf("got %s in Beam's file, want the number cut", got)
	}
	e := filetest.Refusal(t, func(s beam.Scope) { parquetio.Write(s, w.Object(t, "ours"), beam.Create(s, big)) })
	if e.Code != cmekpipe.InvalidOptions || !strings.Contains(e.Error(), "Number: int64 can't be written with type=INT32") {
		t.Errorf("got %v, want a refusal of the field by name", e)
	}
}

func TestBeamsWriteReportsSuccessWhenTheUploadIsRefused(t *testing.T) {
	w := filetest.New(t)
	w.CreateBucket("keyed-records", "us-central1", w.Records) // a default key, which Beam's upload depends on
	w.DenyKey(w.Records)
	good := row{Line: "good", Size: 4}
	err := filetest.Run(t, func(s beam.Scope) { beamparquetio.Write(s, "gs://keyed-records/theirs", beam.Create(s, good)) })
	if err != nil {
		t.Errorf("got %v from Beam's on gs://, want the success that it reports", err)
	}
	if names := w.Final(t); len(names) != 0 {
		t.Errorf("got %q, want no object", names)
	}
	err = filetest.Run(t, func(s beam.Scope) { parquetio.Write(s, w.Object(t, "ours"), beam.Create(s, good)) })
	filetest.RequireCode(t, err, cmekpipe.KeyDenied)
	keyed := cmekgs.Format(w.Object(t, "theirs"))
	err = filetest.Run(t, func(s beam.Scope) { beamparquetio.Write(s, keyed, beam.Create(s, good)) })
	filetest.RequireCode(t, err, cmekpipe.KeyDenied)
}

func TestWrongUseIsRefusedWhenThePipelineIsBuilt(t *testing.T) {
	w := filetest.New(t)
	o := w.Object(t, "out/rows")
	for name, tt := range map[string]struct {
		op    string
		build func(s beam.Scope)
	}{
		"ints":             {"parquetio.Write", func(s beam.Scope) { parquetio.Write(s, o, beam.Create(s, 1)) }},
		"zero collection":  {"parquetio.Write", func(s beam.Scope) { parquetio.Write(s, o, beam.PCollection{}) }},
		"pointers":         {"parquetio.Write", func(s beam.Scope) { parquetio.Write(s, o, beam.Create(s, &row{})) }},
		"no tags":          {"parquetio.Write", func(s beam.Scope) { parquetio.Write(s, o, beam.Create(s, untagged{"a"})) }},
		"no tags, sharded": {"parquetio.WriteSharded", func(s beam.Scope) { parquetio.WriteSharded(s, o, beam.Create(s, untagged{"a"})) }},
		"no shard": {"parquetio.WriteSharded", func(s beam.Scope) {
			parquetio.WriteSharded(s, o, beam.Create(s, row{}), parquetio.WithNumShards(0))
		}},
	} {
		e := filetest.Refusal(t, tt.build)
		if e.Code != cmekpipe.InvalidOptions || e.Op != tt.op || e.Resource != o.String() || e.Hint == "" || e.Err == nil {
			t.Errorf("%s: got %v, want %v about %v with a hint", name, e, cmekpipe.InvalidOptions, o)
		}
	}
	long := parquetio.WithSuffix(strings.Repeat("s", 1010))
	e := filetest.Refusal(t, func(s beam.Scope) { parquetio.WriteSharded(s, o, beam.Create(s, row{}), long) })
	if !errors.Is(e, cmekpipe.InvalidName) {
		t.Errorf("got %v, want %v", e, cmekpipe.InvalidName)
	}
}
