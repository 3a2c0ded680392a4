package textio_test

import (
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
			opts = append(opts, textio.Gzip())
		}
		err := run(t, func(s beam.Scope) {
			textio.WriteSharded(s, w.object(t, "out/lines"), beam.CreateList(s, numbers(100)), append(opts, textio.NumShards(3))...)
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
		textio.Write(s, w.object(t, "in/zipped"), beam.CreateList(s, numbers(1000)), textio.Gzip())
		textio.Write(s, w.object(t, "in/zipped.gz"), beam.CreateList(s, numbers(1000)), textio.Gzip())
		textio.Write(s, w.object(t, "in/plain"), beam.CreateList(s, numbers(1000)))
		textio.Write(s, w.object(t, "in/plain.gz"), beam.CreateList(s, numbers(1000)))
	})
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		opts []textio.ReadOptionFn
		good bool
	}{
		{"zipped", []textio.ReadOptionFn{textio.ReadGzip()}, true},
		{"zipped", []textio.ReadOptionFn{textio.ReadUncompressed()}, false},
		{"zipped", nil, false},
		{"zipped.gz", nil, true},
		{"zipped.gz", []textio.ReadOptionFn{textio.ReadAutoCompression()}, true},
		{"zipped.gz", []textio.ReadOptionFn{textio.ReadGzip()}, true},
		{"zipped.gz", []textio.ReadOptionFn{textio.ReadUncompressed()}, false},
		{"plain", nil, true},
		{"plain", []textio.ReadOptionFn{textio.ReadUncompressed()}, true},
		{"plain.gz", []textio.ReadOptionFn{textio.ReadUncompressed()}, true},
		{"plain", []textio.ReadOptionFn{textio.ReadGzip()}, false},
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
