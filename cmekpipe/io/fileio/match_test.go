package fileio_test

import (
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	beamfileio "github.com/apache/beam/sdks/v2/go/pkg/beam/io/fileio"
	"github.com/google/go-cmp/cmp"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/fileio"
	"github.com/cmekpipe/cmekpipe-go/internal/keyedfs/cmekgs"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/conformance/filetest"
)

// The next test is what this package is for. Its first part fails when Beam fixes its filesystem.
func TestBeamReadsOneObjectTwiceAndTheOtherNever(t *testing.T) {
	newWorld(t, "day", "day?1")
	theirs, err := collect(t, func(s beam.Scope) beam.PCollection { return beamfileio.MatchFiles(s, in+"*") })
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"day: day", "day?1: day"}, theirs); diff != "" {
		t.Errorf("Beam's files differ (-want +got):\n%s", diff)
	}
	ours, err := collect(t, func(s beam.Scope) beam.PCollection { return fileio.MatchFiles(s, in+"*") })
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"day%3F1: day?1", "day: day"}, ours); diff != "" {
		t.Errorf("files differ (-want +got):\n%s", diff)
	}
}

// odd are objects whose names are easily mistaken for others, and their paths.
var odd = map[string]string{
	"a": "a", "a?b": "a%3Fb", "a#b": "a%23b", "a%62": "a%2562", "ab": "ab", "a%": "a%25", "a*": "a*", "a[b]": "a[b]", "a b": "a b",
	"aü": "aü", "a\\b": "a\\b", "a+b": "a+b",
}

func TestEveryObjectIsFoundAndReadAsItself(t *testing.T) {
	var names, paired []string
	for name, path := range odd {
		names = append(names, name)
		paired = append(paired, path+": "+name)
	}
	w := newWorld(t, names...)
	less := func(a, b string) bool { return a < b }
	for glob, paths := range map[string]string{in + "*": in, cmekgs.Format(w.Object(t, "in/*")): ""} {
		got, err := collect(t, func(s beam.Scope) beam.PCollection { return fileio.MatchAll(s, beam.Create(s, glob, "", " ")) })
		if err != nil {
			t.Fatal(err)
		}
		want := paired
		if paths == "" { // names of this module's filesystem are never encoded
			for i := range got {
				_, got[i], _ = strings.Cut(got[i], ": ")
			}
			want = names
		}
		if diff := cmp.Diff(want, got, cmpSorted(less)); diff != "" {
			t.Errorf("%s: files differ (-want +got):\n%s", glob, diff)
		}
	}
}

func TestPatterns(t *testing.T) {
	newWorld(t, "a", "a?b", "a#b", "a%62", "ab", "a b", "c/ab")
	for pattern, want := range map[string][]string{
		"a%3Fb":  {"a b", "a%23b", "a%3Fb"},
		"a%2562": {"a%2562"},
		"a%62":   {"ab"},
		"a#b":    {"a%23b"},
		"a?b":    {"a b", "a%23b", "a%3Fb"},
		"?b":     {"ab"},
		"a?":     {"ab"},
		"a?*":    {"a b", "a%23b", "a%2562", "a%3Fb", "ab"},
		"[ab]*":  {"a", "a b", "a%23b", "a%2562", "a%3Fb", "ab"},
		"**/a?":  {"ab", "c/ab"},
		"[!a]/*": {"c/ab"},
		"x[*":    nil,
	} {
		got, err := collect(t, func(s beam.Scope) beam.PCollection { return fileio.MatchFiles(s, in+pattern, fileio.MatchEmptyAllow()) })
		for i := range got {
			got[i], _, _ = strings.Cut(got[i], ": ")
		}
		slices.Sort(got)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%s: %v, paths differ (-want +got):\n%s", pattern, err, diff)
		}
	}
}

func TestPatternWithoutMatch(t *testing.T) {
	newWorld(t, "a")
	allow, disallow, wild := fileio.MatchEmptyAllow(), fileio.MatchEmptyDisallow(), fileio.MatchEmptyAllowIfWildcard()
	for _, tt := range []struct {
		name string
		opts []fileio.MatchOption
		good bool
	}{
		{"x*", nil, true}, {"x", nil, false}, {"x?", nil, false},
		{"x*", []fileio.MatchOption{wild}, true}, {"x", []fileio.MatchOption{wild}, false},
		{"x*", []fileio.MatchOption{allow}, true}, {"x", []fileio.MatchOption{allow}, true},
		{"x*", []fileio.MatchOption{disallow}, false}, {"x", []fileio.MatchOption{allow, disallow}, false},
		{"a", []fileio.MatchOption{disallow}, true},
	} {
		_, err := collect(t, func(s beam.Scope) beam.PCollection { return fileio.MatchFiles(s, in+tt.name, tt.opts...) })
		if tt.good {
			if err != nil {
				t.Errorf("%s: got %v", tt.name, err)
			}
			continue
		}
		requireError(t, err, cmekpipe.NotFound, in+tt.name)
	}
}

func TestRefusalsAreTyped(t *testing.T) {
	forbid := emulator.Fault{Method: "storage.objects.*", Status: http.StatusForbidden}
	for name, tt := range map[string]struct {
		glob  string
		fault emulator.Fault
		code  cmekpipe.Code
	}{
		"no bucket":     {"gs://bank-missing/in/*", emulator.Fault{}, cmekpipe.NotFound},
		"bad encoding":  {in + "100%", emulator.Fault{}, cmekpipe.InvalidName},
		"no list":       {in + "*", withMethod(forbid, "storage.objects.list"), cmekpipe.PermissionDenied},
		"no attributes": {in + "a", withMethod(forbid, "storage.objects.get"), cmekpipe.PermissionDenied},
	} {
		w := newWorld(t, "a")
		if tt.fault.Method != "" {
			w.Inject(tt.fault)
		}
		_, err := collect(t, func(s beam.Scope) beam.PCollection { return fileio.MatchFiles(s, tt.glob) })
		if name == "no bucket" || name == "bad encoding" || name == "no list" {
			requireError(t, err, tt.code, tt.glob)
		} else {
			requireError(t, err, tt.code, in+"a")
		}
	}
}

func withMethod(f emulator.Fault, method emulator.Method) emulator.Fault { f.Method = method; return f }

func requireError(t *testing.T, err error, code cmekpipe.Code, about string) {
	t.Helper()
	e := filetest.RequireCode(t, err, code)
	if e.Resource != about || e.Op != "fileio.MatchAll" || e.Hint == "" {
		t.Errorf("got %v, want it about %s, with a hint", e, about)
	}
}

func TestInvalidPatternIsRefusedWhenThePipelineIsBuilt(t *testing.T) {
	for op, build := range map[string]func(beam.Scope, string){
		"fileio.MatchFiles":        func(s beam.Scope, glob string) { fileio.MatchFiles(s, glob) },
		"fileio.MatchContinuously": func(s beam.Scope, glob string) { fileio.MatchContinuously(s, glob, 1e9) },
	} {
		for glob, code := range map[string]cmekpipe.Code{
			"ftp://host/*": cmekpipe.Unsupported, "": cmekpipe.InvalidName, "gs:/bank-in/*": cmekpipe.InvalidName,
		} {
			e := filetest.Refusal(t, func(s beam.Scope) { build(s, glob) })
			if e.Code != code || e.Op != op || e.Hint == "" {
				t.Errorf("%s(%q): got %v, want code %v with a hint", op, glob, e, code)
			}
		}
	}
}

func TestMatchAllRefusesAMisspeltURL(t *testing.T) {
	filetest.New(t)
	_, err := collect(t, func(s beam.Scope) beam.PCollection {
		return fileio.MatchAll(s, beam.Create(s, "gs:/bank-records/in/*"), fileio.MatchEmptyAllow())
	})
	requireError(t, err, cmekpipe.InvalidName, `pattern "gs:/bank-records/in/*"`)
}

func TestLocalFilesKeepTheirNames(t *testing.T) {
	name := filepath.Join(t.TempDir(), "a%41?#")
	if err := os.WriteFile(name, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	filetest.New(t)
	got, err := collect(t, func(s beam.Scope) beam.PCollection { return fileio.MatchFiles(s, filepath.Dir(name)+"/a*") })
	if diff := cmp.Diff([]string{name + ": x"}, got); err != nil || diff != "" {
		t.Errorf("%v, files differ (-want +got):\n%s", err, diff)
	}
}
