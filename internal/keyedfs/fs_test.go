package keyedfs_test

import (
	"context"
	"errors"
	"io"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/textio"
	_ "github.com/apache/beam/sdks/v2/go/pkg/beam/runners/prism"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/keyedfs"
	"github.com/cmekpipe/cmekpipe-go/internal/keyedfs/cmekgs"
	"github.com/cmekpipe/cmekpipe-go/internal/keyedgcs"
)

func TestMain(m *testing.M) {
	beam.Init()
	os.Exit(m.Run())
}

func init() { beam.RegisterDoFn(&careless{}) }

// careless writes as Beam's avroio and parquetio do: it drops the error of Close.
type careless struct{ At string }

func (c *careless) ProcessElement(ctx context.Context, line string) error {
	fs, err := filesystem.New(ctx, c.At)
	if err != nil {
		return err
	}
	defer fs.Close()
	w, err := fs.OpenWrite(ctx, c.At)
	if err != nil {
		return err
	}
	defer w.Close()
	_, err = io.WriteString(w, line)
	return err
}

func openFS(t testing.TB) filesystem.Interface {
	t.Helper()
	fs, err := filesystem.New(t.Context(), "cmekgs://x")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { fs.Close() })
	return fs
}

func TestFilesystemKeepsAnyNameUnderTheKey(t *testing.T) {
	w, fs := newWorld(t), openFS(t)
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			ctx := t.Context()
			at := cmekgs.Format(object(t, w.key, name))
			if err := filesystem.Write(ctx, fs, at, []byte(name)); err != nil {
				t.Fatal(err)
			}
			if got, err := filesystem.Read(ctx, fs, at); err != nil || string(got) != name {
				t.Errorf("Read() = %q, %v, want %q", got, err, name)
			}
			if got, err := fs.Size(ctx, at); err != nil || got != int64(len(name)) {
				t.Errorf("Size() = %d, %v, want %d", got, err, len(name))
			}
			if got, err := fs.(filesystem.LastModifiedGetter).LastModified(ctx, at); err != nil || got.IsZero() {
				t.Errorf("LastModified() = %v, %v", got, err)
			}
			if got, err := fs.List(ctx, at); err != nil || !slices.Contains(got, at) {
				t.Errorf("List() = %q, %v, want %q in it", got, err, at)
			}
			copied, moved := cmekgs.Format(object(t, w.key, "copied")), cmekgs.Format(object(t, w.other, "moved"))
			if err := filesystem.Copy(ctx, fs, at, copied); err != nil {
				t.Fatal(err)
			}
			if err := filesystem.Rename(ctx, fs, at, moved); err != nil {
				t.Fatal(err)
			}
			for key, name := range map[cmekpipe.KeyName]string{w.key: "copied", w.other: "moved"} {
				if got := w.attrs(t, name); got == nil || !keyedgcs.Encrypted(object(t, key, name), got) {
					t.Errorf("%s: got %v, want it under %v", name, got, key)
				}
			}
			if w.attrs(t, name) != nil {
				t.Errorf("got the original after Rename, want none")
			}
			if err := fs.(filesystem.Remover).Remove(ctx, moved); err != nil || w.attrs(t, "moved") != nil {
				t.Errorf("Remove() = %v", err)
			}
		})
	}
}

func TestListReadsPatternsAsBeamDoes(t *testing.T) {
	w, fs := newWorld(t), openFS(t)
	all := []string{"in/a.txt", "in/b.txt", "in/b.txt.bak", "in/sub/c.txt", "in/sub/deep/d.txt", "in/[x].txt", "in/x.txt", "in/ü.txt", "in/^.txt", "input"}
	for _, name := range all {
		w.WriteObject("gs://"+bucket+"/"+name, nil)
	}
	tests := []struct {
		pattern string
		want    []string
	}{
		{"in/a.txt", []string{"in/a.txt"}},
		{"in/b.txt", []string{"in/b.txt"}},
		{"in/b", nil},
		{"in", nil},
		{"in*", []string{"input"}},
		{"in/*.txt", []string{"in/[x].txt", "in/^.txt", "in/a.txt", "in/b.txt", "in/x.txt", "in/ü.txt"}},
		{"in/?.txt", []string{"in/^.txt", "in/a.txt", "in/b.txt", "in/x.txt", "in/ü.txt"}},
		{"in/[ab].txt", []string{"in/a.txt", "in/b.txt"}},
		{"in/[!ab].txt", []string{"in/^.txt", "in/x.txt", "in/ü.txt"}},
		{"in/[^a].txt", []string{"in/^.txt", "in/a.txt"}},
		{"in/[a-c].txt", []string{"in/a.txt", "in/b.txt"}},
		{"in/[x].txt", []string{"in/[x].txt", "in/x.txt"}},
		{"in/[[]x].txt", []string{"in/[x].txt"}},
		{"in/[x", nil},
		{"in/**", []string{"in/[x].txt", "in/^.txt", "in/a.txt", "in/b.txt", "in/b.txt.bak", "in/sub/c.txt", "in/sub/deep/d.txt", "in/x.txt", "in/ü.txt"}},
		{"in/**/[cd].txt", []string{"in/sub/c.txt", "in/sub/deep/d.txt"}},
		{"**/a.txt", []string{"in/a.txt"}},
		{"in/*/c.txt", []string{"in/sub/c.txt"}},
		{"none*", nil},
	}
	for _, tt := range tests {
		t.Run(tt.pattern, func(t *testing.T) {
			names, err := fs.List(t.Context(), cmekgs.Format(object(t, w.key, tt.pattern)))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, name := range names {
				o, err := cmekgs.Parse(name)
				if err != nil || o.Key() != w.key || o.Bucket() != bucket {
					t.Fatalf("got name %q: %v", name, err)
				}
				got = append(got, o.Name())
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
	_, err := fs.List(t.Context(), strings.Replace(cmekgs.Format(object(t, w.key, "x*")), bucket, "bank-missing", 1))
	if !errors.Is(err, cmekpipe.NotFound) {
		t.Errorf("got %v for a missing bucket, want %v", err, cmekpipe.NotFound)
	}
}

func TestFilesystemRefusesOtherNames(t *testing.T) {
	newWorld(t)
	fs := openFS(t)
	const good = "cmekgs://bank-keys/us-central1/r/k/bank-records/o"
	for _, bad := range []string{"", "gs://bank-records/o", "cmekgs://bank-records/o", "cmekgs://bank-keys/us-central1/r/k/bank-records/"} {
		ctx := t.Context()
		calls := map[string]func() error{
			"List":         func() error { _, err := fs.List(ctx, bad); return err },
			"OpenRead":     func() error { _, err := fs.OpenRead(ctx, bad); return err },
			"OpenWrite":    func() error { _, err := fs.OpenWrite(ctx, bad); return err },
			"Size":         func() error { _, err := fs.Size(ctx, bad); return err },
			"LastModified": func() error { _, err := fs.(filesystem.LastModifiedGetter).LastModified(ctx, bad); return err },
			"Remove":       func() error { return fs.(filesystem.Remover).Remove(ctx, bad) },
			"Copy from":    func() error { return filesystem.Copy(ctx, fs, bad, good) },
			"Copy to":      func() error { return filesystem.Copy(ctx, fs, good, bad) },
			"Rename from":  func() error { return filesystem.Rename(ctx, fs, bad, good) },
			"Rename to":    func() error { return filesystem.Rename(ctx, fs, good, bad) },
		}
		for name, call := range calls {
			if err := call(); !errors.Is(err, cmekpipe.InvalidName) {
				t.Errorf("%s(%q): got %v, want %v", name, bad, err, cmekpipe.InvalidName)
			}
		}
	}
}

func TestFilesystemErrorsAreTyped(t *testing.T) {
	w, fs := newWorld(t), openFS(t)
	o := object(t, w.key, "missing")
	at := cmekgs.Format(o)
	_, err := fs.OpenRead(t.Context(), at)
	requireError(t, err, cmekpipe.NotFound, o)
	_, err = fs.Size(t.Context(), at)
	requireError(t, err, cmekpipe.NotFound, o)
	requireError(t, fs.(filesystem.Remover).Remove(t.Context(), at), cmekpipe.NotFound, o)
	requireError(t, filesystem.Rename(t.Context(), fs, at, at+"2"), cmekpipe.NotFound, o)
	if err := filesystem.Write(t.Context(), fs, at, []byte("x")); err != nil {
		t.Fatal(err)
	}
	w.DisableKey(w.key)
	_, err = fs.OpenRead(t.Context(), at)
	requireError(t, err, cmekpipe.KeyDisabled, o)
}

func TestFilesystemWithoutClientRefusesEverything(t *testing.T) {
	t.Setenv("STORAGE_EMULATOR_HOST", "")
	t.Setenv("GOOGLE_APPLICATION_CREDENTIALS", t.TempDir()+"/none.json")
	fs := keyedfs.New(t.Context())
	const at = "cmekgs://bank-keys/us-central1/r/k/bank-records/o"
	_, err := fs.OpenWrite(t.Context(), at)
	if _, ok := errors.AsType[*cmekpipe.Error](err); !ok {
		t.Errorf("OpenWrite: got %v, want a typed error", err)
	}
	if _, err2 := fs.List(t.Context(), at); err2 != err {
		t.Errorf("List: got %v, want %v", err2, err)
	}
	if err := fs.Close(); err != nil {
		t.Errorf("Close: got %v", err)
	}
}

// beamSinks are Beam's writer as it comes, and one with the faults of its others.
var beamSinks = []struct {
	name  string
	write func(s beam.Scope, at string)
}{
	{"textio", func(s beam.Scope, at string) { textio.Write(s, at, beam.Create(s, "a", "b")) }},
	{"careless", func(s beam.Scope, at string) { beam.ParDo0(s, &careless{at}, beam.Create(s, "a")) }},
}

func TestBeamsOwnSinksWriteUnderTheKey(t *testing.T) {
	for _, sink := range beamSinks {
		t.Run(sink.name, func(t *testing.T) {
			w := newWorld(t)
			if err := runPipeline(t.Context(), sink.write, cmekgs.Format(object(t, w.key, "a b?#%/out"))); err != nil {
				t.Fatal(err)
			}
			made := 0
			for _, e := range w.Ledger() {
				if e.Kind != "object" {
					continue
				}
				made++
				if !e.KeyAsked || e.ProtectedBy() != w.key || e.Size == 0 {
					t.Errorf("got %+v, want it under %v", e, w.key)
				}
			}
			if made != 1 {
				t.Errorf("got %d objects, want 1", made)
			}
		})
	}
}

func TestBeamsOwnSinksFailWhenTheKeyIsRefused(t *testing.T) {
	for _, sink := range beamSinks {
		t.Run(sink.name, func(t *testing.T) {
			w := newWorld(t)
			w.DenyKey(w.key)
			err := runPipeline(t.Context(), sink.write, cmekgs.Format(object(t, w.key, "out")))
			if err == nil {
				t.Fatal("got success, want an error")
			}
			if e, ok := cmekpipe.FindError(err.Error()); !ok || e.Code != cmekpipe.KeyDenied || !strings.HasPrefix(e.Resource, "gs://"+bucket+"/out") {
				t.Errorf("got %v, want code %v", err, cmekpipe.KeyDenied)
			}
			if w.attrs(t, "out") != nil {
				t.Error("got a visible object, want none")
			}
		})
	}
}

func runPipeline(ctx context.Context, build func(beam.Scope, string), at string) error {
	p, s := beam.NewPipelineWithRoot()
	build(s, at)
	_, err := beam.Run(ctx, "prism", p)
	return err
}

func TestBeamReadsThroughTheFilesystem(t *testing.T) {
	w, fs := newWorld(t), openFS(t)
	r, err := func() (io.ReadCloser, error) {
		at := cmekgs.Format(object(t, w.key, "in.txt"))
		if err := filesystem.Write(t.Context(), fs, at, []byte("a\nb")); err != nil {
			return nil, err
		}
		return fs.OpenRead(t.Context(), at)
	}()
	if err != nil {
		t.Fatal(err)
	}
	fs.Close() // as fileio does before it reads
	if got, err := io.ReadAll(r); err != nil || string(got) != "a\nb" {
		t.Errorf("got %q, %v", got, err)
	}
	r.Close()
}
