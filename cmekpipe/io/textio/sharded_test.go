package textio_test

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/textio"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/conformance/filetest"
)

var texts = []struct {
	name  string
	lines []string
}{
	{"no line", nil},
	{"one line", []string{"a"}},
	{"an empty line", []string{""}},
	{"lines of all kinds", []string{"", " ", "a", "a", "ü…\U0001f511", "tab\there", "quote\"", "carriage\r", "%s %d", strings.Repeat("x", 70_000)}},
	{"one huge line", []string{strings.Repeat("0123456789abcdef", 17<<20/16)}},
	{"many lines", numbers(20_000)},
}

var writers = []struct {
	name  string
	names []string // of what it makes below "out/lines"; nil if the runner decides
	write func(beam.Scope, cmekpipe.Object, beam.PCollection)
}{
	{"Write", []string{"out/lines"}, func(s beam.Scope, o cmekpipe.Object, col beam.PCollection) { textio.Write(s, o, col) }},
	{"WriteSharded", nil, func(s beam.Scope, o cmekpipe.Object, col beam.PCollection) { textio.WriteSharded(s, o, col) }},
	{"WriteSharded, gzip", nil, func(s beam.Scope, o cmekpipe.Object, col beam.PCollection) {
		textio.WriteSharded(s, o, col, textio.WithGzip())
	}},
	{"WriteSharded, 3 shards", []string{"out/lines-00000-of-00003.txt", "out/lines-00001-of-00003.txt", "out/lines-00002-of-00003.txt"},
		func(s beam.Scope, o cmekpipe.Object, col beam.PCollection) {
			textio.WriteSharded(s, o, col, textio.WithNumShards(3), textio.WithSuffix(".txt"))
		}},
}

func numbers(n int) []string {
	lines := make([]string, n)
	for i := range lines {
		lines[i] = fmt.Sprintf("%08d", i)
	}
	return lines
}

func create(s beam.Scope, lines []string) beam.PCollection {
	if len(lines) == 0 {
		return beam.ParDo(s, dropAll, beam.Create(s, "dropped"))
	}
	return beam.CreateList(s, lines)
}

func TestEveryLineIsWrittenOnceUnderTheKey(t *testing.T) {
	for _, tt := range texts {
		for _, writer := range writers {
			if tt.name == "one huge line" && strings.Contains(writer.name, ", ") {
				continue // the size of an upload is the same with each option
			}
			t.Run(tt.name+", "+writer.name, func(t *testing.T) {
				w := newWorld(t)
				err := run(t, func(s beam.Scope) { writer.write(s, w.object(t, "out/lines"), create(s, tt.lines)) })
				if err != nil {
					t.Fatal(err)
				}
				names := w.visible(t)
				if writer.names != nil && !slices.Equal(names, writer.names) {
					t.Errorf("got objects %q, want %q", names, writer.names)
				}
				if got, want := w.lines(t, names...), slices.Sorted(slices.Values(tt.lines)); !slices.Equal(got, want) {
					t.Errorf("got %d lines in %q, want %d", len(got), names, len(want))
				}
				w.requireKeyAsked(t)
				w.requireShardNames(t, names)
			})
		}
	}
}

// requireShardNames fails unless shards are numbered from 0 on without a gap.
func (w *world) requireShardNames(t testing.TB, names []string) {
	t.Helper()
	for i, name := range names {
		if name == "out/lines" {
			continue
		}
		want := fmt.Sprintf("out/lines-%05d-of-%05d", i, len(names))
		if got := strings.TrimSuffix(name, path.Ext(name)); got != want {
			t.Errorf("got shard %q, want %q", got, want)
		}
	}
}

func TestEmptyInputMakesOneEmptyObject(t *testing.T) {
	for _, tt := range []struct {
		name  string
		write func(beam.Scope, cmekpipe.Object, beam.PCollection)
		want  []string
	}{
		{"Write", writers[0].write, []string{"out/lines"}},
		{"WriteSharded", writers[1].write, []string{"out/lines-00000-of-00001"}},
		{"WriteSharded, gzip", writers[2].write, []string{"out/lines-00000-of-00001.gz"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			if err := run(t, func(s beam.Scope) { tt.write(s, w.object(t, "out/lines"), create(s, nil)) }); err != nil {
				t.Fatal(err)
			}
			names := w.visible(t)
			if !slices.Equal(names, tt.want) {
				t.Errorf("got %q, want %q", names, tt.want)
			}
			if got := w.lines(t, names...); len(got) != 0 {
				t.Errorf("got lines %q, want none", got)
			}
		})
	}
}

func TestManySmallLines(t *testing.T) {
	const count = 200_000
	w := newWorld(t)
	err := run(t, func(s beam.Scope) {
		textio.WriteSharded(s, w.object(t, "out/lines"), beam.ParDo(s, countUp, beam.Create(s, count)))
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := w.lines(t, w.visible(t)...); !slices.Equal(got, numbers(count)) {
		t.Errorf("got %d lines, want %d", len(got), count)
	}
}

func TestAnyPrefixIsAccepted(t *testing.T) {
	w := newWorld(t)
	seen := map[string]bool{}
	for _, prefix := range []string{"plain", "a/b/c", "a b?#%.txt", "ü/..x", "x%2Fy", " ", "*[x]", strings.Repeat("n", 900)} {
		for _, writer := range writers {
			// All go into one bucket, where only what is new tells of this call.
			if err := run(t, func(s beam.Scope) { writer.write(s, w.object(t, prefix), beam.Create(s, "a")) }); err != nil {
				t.Fatalf("%q, %s: %v", prefix, writer.name, err)
			}
			made := 0
			for _, name := range w.visible(t) {
				if seen[name] {
					continue
				}
				seen[name] = true
				made++
				if !strings.HasPrefix(name, prefix) {
					t.Errorf("%s: got object %q, want it to begin with %q", writer.name, name, prefix)
				}
			}
			if made == 0 {
				t.Errorf("%q, %s: got no object", prefix, writer.name)
			}
		}
	}
	w.requireKeyAsked(t)
}

func TestRotatedKeyIsStillTheKey(t *testing.T) {
	w := newWorld(t)
	w.RotateKey(w.key)
	if err := run(t, func(s beam.Scope) { textio.WriteSharded(s, w.object(t, "o"), beam.Create(s, "a")) }); err != nil {
		t.Fatal(err)
	}
	for _, e := range w.Ledger() {
		if e.Kind == "object" && e.Key != w.key.Version(2) {
			t.Errorf("%s: got %v, want %v", e.Name, e.Key, w.key.Version(2))
		}
	}
}

var windowed = regexp.MustCompile(`^out/lines-(19700101T0000\d\d\.000Z)-(19700101T0000\d\d\.000Z)-pane-0(-first)?(-last)?-0000[01]-of-00002\.txt$`)

func TestDirectRunnerWritesToo(t *testing.T) {
	w := newWorld(t)
	err := runWith(t.Context(), "direct", func(s beam.Scope) {
		textio.WriteSharded(s, w.object(t, "out/lines"), beam.CreateList(s, numbers(10)))
		textio.Write(s, w.object(t, "single"), beam.CreateList(s, numbers(10)))
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := w.lines(t, w.visible(t)...); len(got) != 20 {
		t.Errorf("got lines %q, want 20", got)
	}
	w.requireKeyAsked(t)
}

func TestTempFolderInAnotherBucket(t *testing.T) {
	filetest.RequireTempFolder(t, map[string]func(beam.Scope, cmekpipe.Object, beam.PCollection, cmekpipe.Object){
		"sharded": func(s beam.Scope, to cmekpipe.Object, lines beam.PCollection, temp cmekpipe.Object) {
			textio.WriteSharded(s, to, lines, textio.WithTempFolder(temp))
		},
		"numbered": func(s beam.Scope, to cmekpipe.Object, lines beam.PCollection, temp cmekpipe.Object) {
			textio.WriteSharded(s, to, lines, textio.WithTempFolder(temp), textio.WithNumShards(2))
		},
		"one object": func(s beam.Scope, to cmekpipe.Object, lines beam.PCollection, temp cmekpipe.Object) {
			textio.Write(s, to, lines, textio.WithTempFolder(temp))
		},
	})
}
