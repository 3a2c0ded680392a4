package textio_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/testing/passert"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/textio"
	"github.com/cmekpipe/cmekpipe-go/internal/keyedfs/cmekgs"
)

func TestWhatIsWrittenIsReadBack(t *testing.T) {
	for _, compress := range []bool{false, true} {
		w := newWorld(t)
		var opts []textio.WriteOption
		if compress {
			opts = append(opts, textio.WithGzip())
		}
		err := run(t, func(s beam.Scope) {
			textio.WriteSharded(s, w.object(t, "out/lines"), beam.CreateList(s, numbers(100)), append(opts, textio.WithNumShards(3))...)
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, glob := range []string{"gs://" + bucket + "/out/*", "gs://" + bucket + "/out/lines*", cmekgs.Format(w.object(t, "out/lines-*"))} {
			err = run(t, func(s beam.Scope) {
				passert.EqualsList(s, textio.Read(s, glob), numbers(100))
				passert.EqualsList(s, textio.ReadAll(s, beam.Create(s, glob)), numbers(100))
				passert.Count(s, textio.ReadWithFilename(s, glob), "named lines", 100)
			})
			if err != nil {
				t.Errorf("%s: %v", glob, err)
			}
		}
	}
}

func TestReadOptionsChooseCompression(t *testing.T) {
	w := newWorld(t)
	err := run(t, func(s beam.Scope) {
		textio.Write(s, w.object(t, "in/zipped"), beam.CreateList(s, numbers(1000)), textio.WithGzip())
		textio.Write(s, w.object(t, "in/zipped.gz"), beam.CreateList(s, numbers(1000)), textio.WithGzip())
		textio.Write(s, w.object(t, "in/plain"), beam.CreateList(s, numbers(1000)))
		textio.Write(s, w.object(t, "in/plain.gz"), beam.CreateList(s, numbers(1000)))
	})
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		opts []textio.ReadOption
		good bool
	}{
		{"zipped", []textio.ReadOption{textio.ReadGzip()}, true},
		{"zipped", []textio.ReadOption{textio.ReadUncompressed()}, false},
		{"zipped", nil, false},
		{"zipped.gz", nil, true},
		{"zipped.gz", []textio.ReadOption{textio.ReadAutoCompression()}, true},
		{"zipped.gz", []textio.ReadOption{textio.ReadGzip()}, true},
		{"zipped.gz", []textio.ReadOption{textio.ReadUncompressed()}, false},
		{"plain", nil, true},
		{"plain", []textio.ReadOption{textio.ReadUncompressed()}, true},
		{"plain.gz", []textio.ReadOption{textio.ReadUncompressed()}, true},
		{"plain", []textio.ReadOption{textio.ReadGzip()}, false},
		{"plain.gz", nil, false},
	}
	want := numbers(1000)
	slices.Sort(want)
	for _, tt := range tests {
		glob := "gs://" + bucket + "/in/" + tt.name
		copied := func(read func(beam.Scope) beam.PCollection) (bool, error) {
			err := run(t, func(s beam.Scope) { textio.Write(s, w.object(t, "out"), read(s)) })
			return err == nil && slices.Equal(w.lines(t, "out"), want), err
		}
		good, err := copied(func(s beam.Scope) beam.PCollection { return textio.Read(s, glob, tt.opts...) })
		named, _ := copied(func(s beam.Scope) beam.PCollection {
			return beam.DropKey(s, textio.ReadWithFilename(s, glob, tt.opts...))
		})
		if good != tt.good || named != tt.good {
			t.Errorf("%s: got the lines %v, and with names %v, want %v (%v)", glob, good, named, tt.good, err)
		}
		if strings.HasPrefix(tt.name, "plain") && !tt.good {
			requireCode(t, err, cmekpipe.Corrupted)
		}
	}
}

func TestEveryFileIsReadAsItself(t *testing.T) {
	w := newWorld(t)
	var want, named []string
	for _, name := range []string{"in/a*", "in/ab", "in/[a]", "in/a", "in/a?b", "in/a#b", "in/a%62", "in/a%"} {
		w.WriteObject("gs://"+bucket+"/"+name, []byte(name+"\n\nlast"))
		want = append(want, name, "", "last")
		named = append(named, "gs://"+bucket+"/"+name)
	}
	for _, glob := range []string{"gs://" + bucket + "/in/*", "gs://" + bucket + "/in/[[a]*", cmekgs.Format(w.object(t, "in/*"))} {
		err := run(t, func(s beam.Scope) {
			passert.EqualsList(s, textio.Read(s, glob), want)
			passert.EqualsList(s, textio.Read(s, glob, textio.ReadUncompressed()), want)
		})
		if err != nil {
			t.Errorf("%s: %v", glob, err)
		}
	}
	err := run(t, func(s beam.Scope) {
		files := beam.DropValue(s, textio.ReadWithFilename(s, "gs://"+bucket+"/in/*"))
		passert.EqualsList(s, files, slices.Concat(named, named, named))
	})
	if err != nil {
		t.Error(err)
	}
}

var readers = map[string]func(s beam.Scope, glob string, opts ...textio.ReadOption) beam.PCollection{
	"Read":             textio.Read,
	"ReadWithFilename": textio.ReadWithFilename,
	"ReadAll": func(s beam.Scope, glob string, opts ...textio.ReadOption) beam.PCollection {
		return textio.ReadAll(s, beam.Create(s, glob), opts...)
	},
}

func TestInputThatMatchesNothing(t *testing.T) {
	newWorld(t)
	const glob = "gs://" + bucket + "/misspelt/*"
	for name, read := range readers {
		if err := run(t, func(s beam.Scope) { passert.Empty(s, read(s, glob)) }); err != nil {
			t.Errorf("%s: got %v, want an empty collection", name, err)
		}
		e := requireCode(t, run(t, func(s beam.Scope) { read(s, glob, textio.MatchEmptyDisallow()) }), cmekpipe.NotFound)
		if e.Op != "textio."+name || e.Resource != glob || !strings.Contains(e.Hint, "textio.MatchEmptyDisallow") {
			t.Errorf("%s: got %v, want it about %s, with a hint that names the option", name, e, glob)
		}
	}
}

func TestInvalidPatternIsRefusedWhenThePipelineIsBuilt(t *testing.T) {
	for name, read := range readers {
		if name == "ReadAll" {
			continue
		}
		for glob, code := range map[string]cmekpipe.Code{
			"": cmekpipe.InvalidName, "gs:/bank-in/x.csv": cmekpipe.InvalidName, "ftp://host/x": cmekpipe.Unsupported,
		} {
			e := refusal(t, func(s beam.Scope) { read(s, glob) })
			if e.Code != code || e.Op != "textio."+name || e.Hint == "" {
				t.Errorf("%s(%q): got %v, want code %v with a hint", name, glob, e, code)
			}
		}
	}
}

func TestLocalFilesAreRead(t *testing.T) {
	newWorld(t)
	dir := t.TempDir()
	for _, name := range []string{"a.txt", "b.txt"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(name+"\nlast\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	err := run(t, func(s beam.Scope) {
		passert.EqualsList(s, textio.Read(s, filepath.Join(dir, "*.txt")), []string{"a.txt", "last", "b.txt", "last"})
	})
	if err != nil {
		t.Error(err)
	}
}
