package filetest

import (
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/graph/window"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/graph/window/trigger"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/testing/teststream"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
)

// Connector is one way to write files of lines.
type Connector struct {
	// Op is the function: "avroio.WriteSharded".
	Op string
	// Single returns the name of the only object of a write. It is nil for a sharded write.
	Single func(name string) string
	// Calls are the methods of objects that a write calls. Default: those of a sharded write.
	Calls []string
	// Suffix ends the names of shards.
	Suffix string
	// Write writes a PCollection<string> of lines to prefix in a number of shards, or as many as the runner chooses if
	// that is 0.
	Write func(s beam.Scope, prefix cmekpipe.Object, lines beam.PCollection, numbered int)
	// Lines reads an object with a reader that is independent of this module.
	Lines func(t testing.TB, data []byte) []string
}

// Run runs all cases.
func (c Connector) Run(t *testing.T) {
	t.Run("each line is written once with the key", c.eachLineOnce)
	t.Run("any prefix", c.anyPrefix)
	if c.Single == nil {
		t.Run("windows do not overwrite each other", c.windows)
		t.Run("panes do not overwrite each other", c.panes)
	}
	t.Run("refused key", c.refusedKey)
	t.Run("failing bundle", c.failingBundle)
	t.Run("transient failures", c.transientFailures)
	t.Run("wrong use", c.wrongUse)
}

// counts returns the numbers of shards to test: the runner's choice, and n if the write is sharded.
func (c Connector) counts(n int) []int {
	if c.Single != nil {
		return []int{0}
	}
	return []int{0, n}
}

// object returns the name of the i-th of several objects of a write.
func (c Connector) object(name string, i, of int) string {
	if c.Single != nil {
		return c.Single(name)
	}
	return fmt.Sprintf("%s-%05d-of-%05d%s", name, i, of, c.Suffix)
}

// all returns the lines of the named objects, sorted.
func (c Connector) all(t testing.TB, w *World, names []string) []string {
	t.Helper()
	all := []string{}
	for _, name := range names {
		all = append(all, c.Lines(t, w.ReadObject("gs://"+Bucket+"/"+name))...)
	}
	slices.Sort(all)
	return all
}

func (c Connector) eachLineOnce(t *testing.T) {
	const huge = "one huge line" // which Cloud Storage receives in two requests
	texts := map[string][]string{
		"no line":            nil,
		"one line":           {"a"},
		"an empty line":      {""},
		"lines of all kinds": {"", " ", "a", "a", "ü…\U0001f511", "tab\there", "quote\"\\", "\r\n", "%s %d", "\x00", strings.Repeat("x", 70_000)},
		huge:                 {strings.Repeat("0123456789abcdef", 17<<20/16)},
		"many lines":         Numbers(20_000),
	}
	for name, lines := range texts {
		for _, numbered := range c.counts(3) {
			if name == huge && numbered > 0 {
				continue // one line has one shard
			}
			t.Run(fmt.Sprintf("%s, %d shards", name, numbered), func(t *testing.T) {
				w := New(t)
				if err := Run(t, func(s beam.Scope) { c.Write(s, w.Object(t, "out/rows"), Create(s, lines), numbered) }); err != nil {
					t.Fatal(err)
				}
				names := w.Visible(t)
				if want := max(numbered, 1); len(names) < want || (numbered > 0 || c.Single != nil) && len(names) != want {
					t.Errorf("got %q, want %d", names, want)
				}
				for i, name := range names {
					if want := c.object("out/rows", i, len(names)); name != want {
						t.Errorf("got %q, want %q", name, want)
					}
				}
				if got, want := c.all(t, w, names), slices.Sorted(slices.Values(lines)); !slices.Equal(got, want) {
					t.Errorf("got %d lines in %q, want %d", len(got), names, len(want))
				}
				w.RequireKeyAsked(t)
			})
		}
	}
}

func (c Connector) anyPrefix(t *testing.T) {
	w := New(t)
	prefixes := []string{"plain", "a/b/c", "a b?#%.txt", "ü/..x", "x%2Fy", " ", "*[x]", strings.Repeat("n", 900)}
	for _, prefix := range prefixes {
		if err := Run(t, func(s beam.Scope) { c.Write(s, w.Object(t, prefix), beam.Create(s, "a"), 0) }); err != nil {
			t.Fatalf("%q: %v", prefix, err)
		}
		want := c.object(prefix, 0, 1)
		if names := w.Visible(t); !slices.Contains(names, want) {
			t.Errorf("got %q, want %q among them", names, want)
		}
	}
	if got := len(w.Visible(t)); got != len(prefixes) {
		t.Errorf("got %d objects, want %d", got, len(prefixes))
	}
	w.RequireKeyAsked(t)
}

func (c Connector) windows(t *testing.T) {
	w := New(t)
	err := Run(t, func(s beam.Scope) {
		timed := BySecond(s, beam.CreateList(s, Numbers(40)))
		c.Write(s, w.Object(t, "out/rows"), beam.WindowInto(s, window.NewFixedWindows(10*time.Second), timed), 2)
	})
	if err != nil {
		t.Fatal(err)
	}
	name := regexp.MustCompile(`^out/rows-(19700101T0000\d\d\.000Z)-19700101T0000\d\d\.000Z-pane-0(-first)?(-last)?-0000[01]-of-00002` + regexp.QuoteMeta(c.Suffix) + `$`)
	names := w.Visible(t)
	if got, want := c.all(t, w, names), Numbers(40); !slices.Equal(got, want) {
		t.Errorf("got lines %q, want %q", got, want)
	}
	for _, got := range names {
		match := name.FindStringSubmatch(got)
		if match == nil {
			t.Errorf("got object %q, want %v", got, name)
			continue
		}
		start, _ := time.Parse("20060102T150405.000Z", match[1])
		for _, line := range c.all(t, w, []string{got}) {
			if at, _ := time.Parse("05", line[len(line)-2:]); at.Second()/10*10 != start.Second() {
				t.Errorf("%s: got line %s", got, line)
			}
		}
	}
	w.RequireKeyAsked(t)
}

func (c Connector) panes(t *testing.T) {
	w := New(t)
	stream := teststream.NewConfig()
	for i := range 3 {
		if err := stream.AddElements(int64(i), fmt.Sprint(2*i), fmt.Sprint(2*i+1)); err != nil {
			t.Fatal(err)
		}
		stream.AdvanceWatermark(int64(i + 1))
	}
	stream.AdvanceWatermarkToInfinity()
	err := Run(t, func(s beam.Scope) {
		col := beam.WindowInto(s, window.NewGlobalWindows(), teststream.Create(s, stream),
			beam.Trigger(trigger.Repeat(trigger.AfterCount(2))), beam.PanesDiscard())
		c.Write(s, w.Object(t, "out/rows"), col, 1)
	})
	if err != nil {
		t.Fatal(err)
	}
	names := w.Visible(t)
	for _, name := range names {
		if !strings.HasPrefix(name, "out/rows-global-pane-") || len(names) < 2 {
			t.Errorf("got %q, want several panes, each in its object's name", names)
		}
	}
	if got, want := c.all(t, w, names), []string{"0", "1", "2", "3", "4", "5"}; !slices.Equal(got, want) {
		t.Errorf("got lines %q in %q, want %q", got, names, want)
	}
}

func (c Connector) refusedKey(t *testing.T) {
	forbid := emulator.Fault{Method: "storage.objects.insert", Status: http.StatusForbidden}
	for name, tt := range map[string]struct {
		breakKey func(*World)
		late     bool // when the 50th line is written
		want     cmekpipe.Code
	}{
		"disabled":                  {func(w *World) { w.DisableKey(w.Records) }, false, cmekpipe.KeyDisabled},
		"scheduled for destruction": {func(w *World) { w.DestroyKey(w.Records) }, false, cmekpipe.KeyDisabled},
		"denied":                    {func(w *World) { w.DenyKey(w.Records) }, false, cmekpipe.KeyDenied},
		"denied during the run":     {func(w *World) { w.DenyKey(w.Records) }, true, cmekpipe.KeyDenied},
		"forbidden":                 {func(w *World) { w.Inject(forbid) }, false, cmekpipe.PermissionDenied},
	} {
		for _, numbered := range c.counts(2) {
			t.Run(fmt.Sprintf("%s, %d shards", name, numbered), func(t *testing.T) {
				w := New(t)
				count := 0
				do := func(string) error {
					if count++; tt.late && count == 50 {
						tt.breakKey(w)
					}
					return nil
				}
				if !tt.late {
					tt.breakKey(w)
				}
				err := Run(t, func(s beam.Scope) {
					c.Write(s, w.Object(t, "out/rows"), OnLine(s, Create(s, Numbers(100)), do), numbered)
				})
				e := RequireCode(t, err, tt.want)
				if !strings.HasPrefix(e.Resource, "gs://"+Bucket+"/out/") || e.Hint == "" || e.Op != c.Op {
					t.Errorf("got %v, want it from %s, about the object, with a hint", e, c.Op)
				}
				if got := w.Final(t); len(got) != 0 {
					t.Errorf("got objects %q, want none", got)
				}
			})
		}
	}
}

func (c Connector) failingBundle(t *testing.T) {
	w := New(t)
	bad := func(line string) error {
		if line == "00000050" {
			return errors.New("bad line")
		}
		return nil
	}
	err := Run(t, func(s beam.Scope) {
		c.Write(s, w.Object(t, "out/rows"), OnLine(s, Create(s, Numbers(100)), bad), 0)
	})
	if err == nil || !strings.Contains(err.Error(), "bad line") {
		t.Errorf("got %v, want the line's error", err)
	}
	if got := w.Final(t); len(got) != 0 {
		t.Errorf("got objects %q, want none", got)
	}
}

func (c Connector) transientFailures(t *testing.T) {
	for name, fault := range map[string]emulator.Fault{
		"429":         {Status: http.StatusTooManyRequests},
		"503":         {Status: http.StatusServiceUnavailable},
		"answer lost": {Reset: true},
		"answer cut":  {Truncate: 20},
	} {
		t.Run(name, func(t *testing.T) {
			w := New(t)
			calls := c.Calls
			if calls == nil {
				calls = []string{"insert", "list", "rewrite", "delete"}
			}
			for _, method := range calls {
				fault.Method, fault.Call = emulator.Method("storage.objects."+method), 1
				w.Inject(fault)
			}
			if err := Run(t, func(s beam.Scope) { c.Write(s, w.Object(t, "out/rows"), Create(s, Numbers(100)), 0) }); err != nil {
				t.Fatal(err)
			}
			if got := c.all(t, w, w.Visible(t)); !slices.Equal(got, Numbers(100)) {
				t.Errorf("got %d lines, want 100", len(got))
			}
			w.RequireKeyAsked(t)
		})
	}
}

func (c Connector) wrongUse(t *testing.T) {
	key, err := cmekpipe.ParseKeyName("projects/bank-keys/locations/us-central1/keyRings/prod/cryptoKeys/records")
	if err != nil {
		t.Fatal(err)
	}
	o := key.MustObject("gs://bank-records/out")
	long, err := key.Object("gs://bank-records/" + strings.Repeat("n", 1010))
	if err != nil {
		t.Fatal(err)
	}
	lines := func(s beam.Scope) beam.PCollection { return beam.Create(s, "a") }
	folder, slash := key.MustObject("gs://bank-records/dir/"), key.MustObject("gs://bank-records//")
	common := map[string]wrong{
		"zero object":    {cmekpipe.Object{}, lines, 0, cmekpipe.KeyMissing, "destination", "key.Object"},
		"folder":         {folder, lines, 0, cmekpipe.InvalidName, folder.String(), `key.Object("gs://bank-records/dir/part")`},
		"only a slash":   {slash, lines, 0, cmekpipe.InvalidName, slash.String(), "after the slash"},
		"without an end": {o, Endless, 0, cmekpipe.Unsupported, o.String(), "window"},
	}
	c.refuses(t, common)
	if c.Single != nil {
		return
	}
	c.refuses(t, map[string]wrong{
		"negative shards":     {o, lines, -1, cmekpipe.InvalidOptions, o.String(), "from 1 to 100000"},
		"too many shards":     {o, lines, 100_001, cmekpipe.InvalidOptions, o.String(), "from 1 to 100000"},
		"long prefix":         {long, lines, 0, cmekpipe.InvalidName, "", "shorten"},
		"unbounded":           {o, Endless, 0, cmekpipe.Unsupported, o.String(), "NumShards"},
		"unbounded, numbered": {o, Endless, 2, cmekpipe.Unsupported, o.String(), "beam.WindowInto"},
		"windowed": {o, func(s beam.Scope) beam.PCollection {
			return beam.WindowInto(s, window.NewFixedWindows(time.Minute), lines(s))
		}, 0, cmekpipe.Unsupported, o.String(), "NumShards"},
	})
}

// wrong is a call that is refused when the pipeline is built.
type wrong struct {
	object   cmekpipe.Object
	lines    func(beam.Scope) beam.PCollection
	numbered int
	code     cmekpipe.Code
	about    string
	hint     string
}

func (c Connector) refuses(t *testing.T, calls map[string]wrong) {
	t.Helper()
	for name, tt := range calls {
		e := Refusal(t, func(s beam.Scope) { c.Write(s, tt.object, tt.lines(s), tt.numbered) })
		if e.Code != tt.code || e.Op != c.Op || !strings.Contains(e.Hint, tt.hint) || e.Err == nil || tt.about != "" && e.Resource != tt.about {
			t.Errorf("%s: got %v, want code %v about %q with hint %q", name, e, tt.code, tt.about, tt.hint)
		}
	}
}
