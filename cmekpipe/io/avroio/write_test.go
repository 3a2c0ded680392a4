package avroio_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/graph/window"
	beamavroio "github.com/apache/beam/sdks/v2/go/pkg/beam/io/avroio"
	"github.com/google/go-cmp/cmp"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/avroio"
	"github.com/cmekpipe/cmekpipe-go/internal/keyedfs/cmekgs"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/conformance/filetest"
)

const good = `{"line":"good","size":4}`

func TestRowThatIsNotOfTheSchemaShowsNothing(t *testing.T) {
	w := filetest.New(t)
	for _, tt := range []struct {
		op    string
		write func(beam.Scope, cmekpipe.Object, string, beam.PCollection, ...avroio.WriteOption)
		opts  []avroio.WriteOption
	}{
		{"avroio.Write", avroio.Write, nil},
		{"avroio.WriteSharded", avroio.WriteSharded, nil},
		{"avroio.WriteSharded", avroio.WriteSharded, []avroio.WriteOption{avroio.WithNumShards(1)}},
	} {
		err := filetest.Run(t, func(s beam.Scope) {
			tt.write(s, w.Object(t, "out/rows"), schema, beam.Create(s, good, `{"line":"secret"}`, good), tt.opts...)
		})
		e := filetest.RequireCode(t, err, cmekpipe.InvalidOptions)
		if e.Op != tt.op || e.Resource != "gs://bank-records/out/rows" || !strings.Contains(e.Hint, "JSON") {
			t.Errorf("got %v, want it from %s, about the prefix, with a hint", e, tt.op)
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

func TestBeamsWriteCommitsATruncatedFile(t *testing.T) {
	w := filetest.New(t)
	rowsOf := func(s beam.Scope) beam.PCollection { return beam.Create(s, good, `{"line":1}`, good) }
	err := filetest.Run(t, func(s beam.Scope) { beamavroio.Write(s, "gs://bank-records/theirs", schema, rowsOf(s)) })
	if err == nil {
		t.Error("got no error of Beam's, want one")
	}
	if diff := cmp.Diff([]string{"theirs-00000-of-00001.avro"}, w.Visible(t)); diff != "" {
		t.Fatalf("Beam's objects differ (-want +got):\n%s", diff)
	}
	if got := rows(t, w.ReadObject("gs://bank-records/theirs-00000-of-00001.avro")); len(got) >= 3 {
		t.Errorf("got %d rows in Beam's file, want it truncated", len(got))
	}
	err = filetest.Run(t, func(s beam.Scope) { avroio.Write(s, w.Object(t, "ours"), schema, rowsOf(s)) })
	filetest.RequireCode(t, err, cmekpipe.InvalidOptions)
	if names := w.Final(t); len(names) != 1 {
		t.Errorf("got %q, want Beam's only", names)
	}
}

func TestBeamsWriteReportsSuccessWhenTheUploadIsRefused(t *testing.T) {
	w := filetest.New(t)
	w.CreateBucket("keyed-records", "us-central1", w.Records) // a default key, which Beam's upload depends on
	w.DenyKey(w.Records)
	err := filetest.Run(t, func(s beam.Scope) { beamavroio.Write(s, "gs://keyed-records/theirs", schema, beam.Create(s, good)) })
	if err != nil {
		t.Errorf("got %v from Beam's on gs://, want the success that it reports", err)
	}
	if names := w.Final(t); len(names) != 0 {
		t.Errorf("got %q, want no object", names)
	}
	err = filetest.Run(t, func(s beam.Scope) { avroio.Write(s, w.Object(t, "ours"), schema, beam.Create(s, good)) })
	filetest.RequireCode(t, err, cmekpipe.KeyDenied)
	keyed := cmekgs.Format(w.Object(t, "theirs"))
	err = filetest.Run(t, func(s beam.Scope) { beamavroio.Write(s, keyed, schema, beam.Create(s, good)) })
	filetest.RequireCode(t, err, cmekpipe.Unsupported) // whatever the key is: see keyedgcs
}

func TestWrongUseIsRefusedWhenThePipelineIsBuilt(t *testing.T) {
	w := filetest.New(t)
	o := w.Object(t, "out/rows")
	for name, build := range map[string]func(s beam.Scope){
		"ints":      func(s beam.Scope) { avroio.Write(s, o, schema, beam.Create(s, 1)) },
		"no schema": func(s beam.Scope) { avroio.Write(s, o, "", beam.Create(s, good)) },
		"unknown type": func(s beam.Scope) {
			avroio.Write(s, o, `{"type":"record","name":"r","fields":[{"name":"a","type":"b"}]}`, beam.Create(s, good))
		},
		"zero collection": func(s beam.Scope) { avroio.Write(s, o, schema, beam.PCollection{}) },
		"no shard":        func(s beam.Scope) { avroio.Write(s, o, schema, beam.Create(s, good), avroio.WithNumShards(0)) },
	} {
		e := filetest.Refusal(t, build)
		if e.Code != cmekpipe.InvalidOptions || e.Op != "avroio.Write" || e.Resource != o.String() || e.Hint == "" || e.Err == nil {
			t.Errorf("%s: got %v, want %v about %v with a hint", name, e, cmekpipe.InvalidOptions, o)
		}
	}
	long := avroio.WithSuffix(strings.Repeat("s", 1010))
	e := filetest.Refusal(t, func(s beam.Scope) { avroio.Write(s, o, schema, beam.Create(s, good), long) })
	if !errors.Is(e, cmekpipe.InvalidName) {
		t.Errorf("got %v, want %v", e, cmekpipe.InvalidName)
	}
}

func TestSchemasOfAllKinds(t *testing.T) {
	w := filetest.New(t)
	for _, tt := range []struct{ schema, row, want string }{
		{`"null"`, `null`, `null`},
		{`"string"`, ` "a" ` + "\n", `"a"`},
		{`"bytes"`, `"\u0000\u00ff"`, `"AP8="`},
		{`["null","long"]`, `{"long":9007199254740993}`, `{"long":9007199254740993}`},
		{`["null","long"]`, `null`, `null`},
		{`{"type":"array","items":"int"}`, `[1,-2]`, `[1,-2]`},
		{`{"type":"map","values":"boolean"}`, `{"a":true}`, `{"a":true}`},
		{`{"type":"enum","name":"e","symbols":["A","B"]}`, `"B"`, `"B"`},
		{`{"type":"record","name":"tree","fields":[{"name":"left","type":["null","tree"]}]}`, `{"left":{"tree":{"left":null}}}`, `{"left":{"tree":{"left":null}}}`},
		{`{"type":"record","name":"r","fields":[{"name":"a","type":"int","default":7}]}`, `{}`, `{"a":7}`},
	} {
		err := filetest.Run(t, func(s beam.Scope) {
			avroio.Write(s, w.Object(t, "o"), tt.schema, beam.Create(s, tt.row, tt.row), avroio.WithNumShards(1), avroio.WithSuffix(""))
		})
		if err != nil {
			t.Errorf("%s: %v", tt.schema, err)
			continue
		}
		if diff := cmp.Diff([]string{tt.want, tt.want}, readBack(t, "gs://bank-records/o-00000-of-00001")); diff != "" {
			t.Errorf("%s: rows differ (-want +got):\n%s", tt.schema, diff)
		}
	}
}

func TestWriteNamesFilesAsBeamDoes(t *testing.T) {
	for name, tt := range map[string]struct {
		theirs []beamavroio.WriteOption
		ours   []avroio.WriteOption
	}{
		"default": {},
		"suffix":  {[]beamavroio.WriteOption{beamavroio.WithSuffix(".x")}, []avroio.WriteOption{avroio.WithSuffix(".x")}},
		"shards":  {[]beamavroio.WriteOption{beamavroio.WithNumShards(2)}, []avroio.WriteOption{avroio.WithNumShards(2)}},
	} {
		t.Run(name, func(t *testing.T) {
			w := filetest.New(t)
			err := filetest.Run(t, func(s beam.Scope) {
				lines := beam.Create(s, good, good, good, good)
				beamavroio.Write(s, "gs://"+filetest.Bucket+"/rows", schema, lines, tt.theirs...)
			})
			if err != nil {
				t.Fatal(err)
			}
			want := w.Visible(t)
			w = filetest.New(t)
			err = filetest.Run(t, func(s beam.Scope) {
				avroio.Write(s, w.Object(t, "rows"), schema, beam.Create(s, good, good, good, good), tt.ours...)
			})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, w.Visible(t)); diff != "" {
				t.Errorf("objects differ from Beam's (-want +got):\n%s", diff)
			}
		})
	}
}

func TestWriteKeepsWindowsApart(t *testing.T) {
	w := filetest.New(t)
	err := filetest.Run(t, func(s beam.Scope) {
		timed := filetest.BySecond(s, beam.Create(s, "1", "61"))
		avroio.Write(s, w.Object(t, "rows"), schema, beam.ParDo(s, toRow, beam.WindowInto(s, window.NewFixedWindows(time.Minute), timed)))
	})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, name := range w.Visible(t) {
		got = append(got, rows(t, w.ReadObject("gs://"+filetest.Bucket+"/"+name))...)
	}
	slices.Sort(got)
	if diff := cmp.Diff([]string{"1", "61"}, got); diff != "" {
		t.Errorf("rows of both windows differ (-want +got):\n%s", diff)
	}
}
