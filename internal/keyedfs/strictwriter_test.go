package keyedfs_test

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/avroio"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem"
	_ "github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem/gcs"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/parquetio"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/keyedfs/cmekgs"
)

type (
	goodRow struct {
		ID int64 `parquet:"name=id, type=INT64"`
	}
	badRow struct {
		ID string `parquet:"name=id, type=INT64"`
	}
	badType struct {
		ID int64 `parquet:"name=id, type=NUMBER"`
	}
)

// carelessRuns are runs of Beam's writers that fail, of which each leaves an object on gs://.
var carelessRuns = []struct {
	name  string
	write func(s beam.Scope, at string)
	want  cmekpipe.Code // over this module's filesystem
}{
	{"avroio, bad row", func(s beam.Scope, at string) {
		avroio.Write(s, at, `"string"`, beam.Create(s, `"a"`, `"b"`, `3`))
	}, cmekpipe.Unsupported},
	{"avroio, bad schema", func(s beam.Scope, at string) { avroio.Write(s, at, `"strong"`, beam.Create(s, `"a"`)) }, cmekpipe.Corrupted},
	{"parquetio, bad row", func(s beam.Scope, at string) { parquetio.Write(s, at, beam.Create(s, badRow{"a"})) }, cmekpipe.Corrupted},
	{"parquetio, bad type", func(s beam.Scope, at string) { parquetio.Write(s, at, beam.Create(s, badType{1})) }, cmekpipe.Corrupted},
}

// The next test shows why strictWriter is needed. It fails when Beam fixes its writers.
func TestBeamsFailedRunsLeaveAnObjectOnGSButNoneHere(t *testing.T) {
	for _, tt := range carelessRuns {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			if err := runPipeline(t.Context(), tt.write, "gs://"+bucket+"/theirs"); err == nil {
				t.Error("got no error of Beam's on gs://, want one")
			}
			theirs := w.live(t)
			if len(theirs) != 1 {
				t.Errorf("got objects %q on gs://, want the one that Beam leaves", theirs)
			}
			err := runPipeline(t.Context(), tt.write, cmekgs.Format(object(t, w.key, "ours")))
			if err == nil {
				t.Fatal("got no error, want one")
			}
			if e, ok := cmekpipe.FindError(err.Error()); !ok || e.Code != tt.want || e.Hint == "" {
				t.Errorf("got %v, want code %v", err, tt.want)
			}
			if got := w.live(t); !slices.Equal(got, theirs) {
				t.Errorf("got objects %q, want none but Beam's", got)
			}
		})
	}
}

func TestBeamsParquetWriterWorksUnderTheKey(t *testing.T) {
	w := newWorld(t)
	o := object(t, w.key, "rows.parquet")
	err := runPipeline(t.Context(), func(s beam.Scope, at string) { parquetio.Write(s, at, beam.Create(s, goodRow{1}, goodRow{2})) }, cmekgs.Format(o))
	if err != nil {
		t.Fatal(err)
	}
	if data := w.ReadObject(o.String()); !bytes.HasPrefix(data, []byte("PAR1")) || !bytes.HasSuffix(data, []byte("PAR1")) {
		t.Errorf("got %d bytes that are not Parquet", len(data))
	}
	w.RequireEncrypted(t, w.key)
}

func TestFilesystemCommitsNoPartOfAFile(t *testing.T) {
	w, fs := newWorld(t), openFS(t)
	for name, tt := range map[string]struct {
		object string
		data   string
		want   cmekpipe.Code
	}{
		"text":                     {"o", "line\n", ""},
		"empty":                    {"_SUCCESS", "", ""},
		"empty Avro":               {"o.avro", "", cmekpipe.Corrupted},
		"Avro":                     {"o", "Obj\x01…", cmekpipe.Unsupported},
		"Avro by name only":        {"o.avro", "line\n", ""},
		"almost Avro":              {"o", "Obj\x02", ""},
		"beginning of Avro":        {"o", "Obj", ""},
		"Parquet":                  {"o", "PAR1pagesfooter\x06\x00\x00\x00PAR1", ""},
		"Parquet of footer only":   {"o", "PAR1footer\x06\x00\x00\x00PAR1", ""},
		"magic of Parquet":         {"o", "PAR1", cmekpipe.Corrupted},
		"magic of Parquet twice":   {"o", "PAR1PAR1", cmekpipe.Corrupted},
		"Parquet without footer":   {"o", "PAR1pages", cmekpipe.Corrupted},
		"Parquet with no footer":   {"o", "PAR1pages\x00\x00\x00\x00PAR1", cmekpipe.Corrupted},
		"Parquet, footer too long": {"o", "PAR1pages\x06\x00\x00\x00PAR1", cmekpipe.Corrupted},
		"Parquet, cut at the end":  {"o", "PAR1pagesfooter\x06\x00\x00\x00PAR", cmekpipe.Corrupted},
		"Parquet, and more":        {"o", "PAR1pagesfooter\x06\x00\x00\x00PAR1\n", cmekpipe.Corrupted},
	} {
		for _, size := range []int{1, 3, 8, 100} {
			o := object(t, w.key, tt.object)
			err := writePieces(t, fs, cmekgs.Format(o), slices.Collect(slices.Chunk([]byte(tt.data), size)))
			if tt.want != "" {
				requireError(t, err, tt.want, o)
			} else if err != nil {
				t.Errorf("%s in pieces of %d: got %v", name, size, err)
			}
			if committed := w.attrs(t, tt.object) != nil; committed != (tt.want == "") {
				t.Errorf("%s in pieces of %d: got an object: %v", name, size, committed)
			}
			if tt.want == "" {
				if err := fs.(filesystem.Remover).Remove(t.Context(), cmekgs.Format(o)); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
}

func TestDeferredCloseCommitsNothingInAPanic(t *testing.T) {
	w, fs := newWorld(t), openFS(t)
	cause := errors.New("broken stream")
	got := recovered(func() {
		upload := begin(t, fs, cmekgs.Format(object(t, w.key, "o")))
		defer upload.Close()
		panic(cause)
	})
	if got != cause {
		t.Errorf("got panic %v, want %v", got, cause)
	}
	if got := w.live(t); len(got) != 0 {
		t.Errorf("got objects %q, want none", got)
	}
}

// begin opens an object and writes a line to it.
func begin(t *testing.T, fs filesystem.Interface, at string) io.WriteCloser {
	t.Helper()
	upload, err := fs.OpenWrite(t.Context(), at)
	if err == nil {
		_, err = io.WriteString(upload, "line\n")
	}
	if err != nil {
		t.Fatal(err)
	}
	return upload
}

// writePieces writes a file in pieces and returns the first error, of Close's panic if there is none before.
func writePieces(t *testing.T, fs filesystem.Interface, at string, pieces [][]byte) error {
	t.Helper()
	upload, err := fs.OpenWrite(t.Context(), at)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range pieces {
		if _, err = upload.Write(p); err != nil {
			break
		}
	}
	cause, _ := recovered(func() { upload.Close() }).(error)
	if err != nil && cause != err {
		t.Errorf("got %v from Close, want what Write said: %v", cause, err)
	}
	return cause
}

func recovered(f func()) (cause any) {
	defer func() { cause = recover() }()
	f()
	return nil
}

// live returns the names of all objects in the bucket.
func (w *world) live(t testing.TB) []string {
	t.Helper()
	var names []string
	for attrs, err := range w.store.List(t.Context(), object(t, w.key, "all"), "") {
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, attrs.Name)
	}
	return names
}
