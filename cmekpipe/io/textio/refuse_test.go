package textio_test

import (
	"strings"
	"testing"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/graph/window"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/graph/window/trigger"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/textio"
)

const keyName = "projects/bank-keys/locations/us-central1/keyRings/prod/cryptoKeys/records"

func TestWrongUseIsRefusedWhenThePipelineIsBuilt(t *testing.T) {
	key, err := cmekpipe.ParseKeyName(keyName)
	if err != nil {
		t.Fatal(err)
	}
	o := key.MustObject("gs://bank-records/out")
	long, err := key.Object("gs://bank-records/" + strings.Repeat("n", 1010))
	if err != nil {
		t.Fatal(err)
	}
	lines := func(s beam.Scope) beam.PCollection { return beam.Create(s, "a") }
	windowed := func(s beam.Scope) beam.PCollection {
		return beam.WindowInto(s, window.NewFixedWindows(time.Minute), lines(s))
	}
	triggered := func(s beam.Scope) beam.PCollection {
		return beam.WindowInto(s, window.NewGlobalWindows(), lines(s), beam.Trigger(trigger.Repeat(trigger.AfterCount(1))), beam.PanesDiscard())
	}
	unbounded := func(s beam.Scope) beam.PCollection { return beam.ParDo(s, &endless{}, beam.Impulse(s)) }
	write := func(o cmekpipe.Object, col func(beam.Scope) beam.PCollection, opts ...textio.WriteOption) func(beam.Scope) {
		return func(s beam.Scope) { textio.Write(s, o, col(s), opts...) }
	}
	sharded := func(o cmekpipe.Object, col func(beam.Scope) beam.PCollection, opts ...textio.WriteOption) func(beam.Scope) {
		return func(s beam.Scope) { textio.WriteSharded(s, o, col(s), opts...) }
	}
	tests := []struct {
		name  string
		build func(beam.Scope)
		code  cmekpipe.Code
		about string
		hint  string
	}{
		{"Write, zero object", write(cmekpipe.Object{}, lines), cmekpipe.KeyMissing, "destination", "key.Object"},
		{"WriteSharded, zero object", sharded(cmekpipe.Object{}, lines), cmekpipe.KeyMissing, "destination", "key.Object"},
		{"Write, folder", write(key.MustObject("gs://bank-records/out/"), lines), cmekpipe.InvalidName, "gs://bank-records/out/", `key.Object("gs://bank-records/out/part")`},
		{"WriteSharded, folder", sharded(key.MustObject("gs://bank-records/out/"), lines), cmekpipe.InvalidName, "gs://bank-records/out/", `key.Object("gs://bank-records/out/part")`},
		{"WriteSharded, only a slash", sharded(key.MustObject("gs://bank-records//"), lines), cmekpipe.InvalidName, "gs://bank-records//", "after the slash"},
		{"Write, ints", write(o, func(s beam.Scope) beam.PCollection { return beam.Create(s, 1) }), cmekpipe.InvalidOptions, o.String(), "format"},
		{"WriteSharded, ints", sharded(o, func(s beam.Scope) beam.PCollection { return beam.Create(s, 1) }), cmekpipe.InvalidOptions, o.String(), "format"},
		{"WriteSharded, pairs", sharded(o, func(s beam.Scope) beam.PCollection { return beam.AddFixedKey(s, lines(s)) }), cmekpipe.InvalidOptions, o.String(), "format"},
		{"Write, zero collection", write(o, func(beam.Scope) beam.PCollection { return beam.PCollection{} }), cmekpipe.InvalidOptions, o.String(), "transform"},
		{"Write, WithNumShards", write(o, lines, textio.WithNumShards(1)), cmekpipe.InvalidOptions, o.String(), "WriteSharded"},
		{"Write, WithSuffix", write(o, lines, textio.WithSuffix("x")), cmekpipe.InvalidOptions, o.String(), "WriteSharded"},
		{"Write, windowed", write(o, windowed), cmekpipe.Unsupported, o.String(), "textio.WithNumShards"},
		{"Write, triggered", write(o, triggered), cmekpipe.Unsupported, o.String(), "textio.WithNumShards"},
		{"Write, unbounded", write(o, unbounded), cmekpipe.Unsupported, o.String(), "textio.WithNumShards"},
		{"WriteSharded, windowed", sharded(o, windowed), cmekpipe.Unsupported, o.String(), "textio.WithNumShards"},
		{"WriteSharded, triggered", sharded(o, triggered), cmekpipe.Unsupported, o.String(), "textio.WithNumShards"},
		{"WriteSharded, unbounded", sharded(o, unbounded), cmekpipe.Unsupported, o.String(), "textio.WithNumShards"},
		{"WriteSharded, unbounded, numbered", sharded(o, unbounded, textio.WithNumShards(2)), cmekpipe.Unsupported, o.String(), "beam.WindowInto"},
		{"WriteSharded, no shard", sharded(o, lines, textio.WithNumShards(0)), cmekpipe.InvalidOptions, o.String(), "from 1 to 100000"},
		{"WriteSharded, too many shards", sharded(o, lines, textio.WithNumShards(100_001)), cmekpipe.InvalidOptions, o.String(), "from 1 to 100000"},
		{"WriteSharded, long prefix", sharded(long, lines), cmekpipe.InvalidName, "", "shorten"},
		{"WriteSharded, long suffix", sharded(o, lines, textio.WithSuffix(strings.Repeat("s", 1010))), cmekpipe.InvalidName, "", "shorten"},
		{"WriteSharded, line break in suffix", sharded(o, lines, textio.WithSuffix("\n")), cmekpipe.InvalidName, "", "shorten"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e := refusal(t, tt.build)
			if e.Code != tt.code || !strings.HasPrefix(e.Op, "textio.Write") || !strings.Contains(e.Hint, tt.hint) || e.Err == nil {
				t.Errorf("got %v, want code %v and hint %q", e, tt.code, tt.hint)
			}
			if tt.about != "" && e.Resource != tt.about {
				t.Errorf("got resource %q, want %q", e.Resource, tt.about)
			}
		})
	}
}

func refusal(t *testing.T, build func(beam.Scope)) (e *cmekpipe.Error) {
	t.Helper()
	defer func() {
		var ok bool
		if e, ok = recover().(*cmekpipe.Error); !ok {
			t.Fatalf("got no panic with a *cmekpipe.Error")
		}
	}()
	_, s := beam.NewPipelineWithRoot()
	build(s)
	return nil
}

func TestUnboundedWindowedInputIsAccepted(t *testing.T) {
	key, err := cmekpipe.ParseKeyName(keyName)
	if err != nil {
		t.Fatal(err)
	}
	p, s := beam.NewPipelineWithRoot()
	col := beam.WindowInto(s, window.NewFixedWindows(time.Minute), beam.ParDo(s, &endless{}, beam.Impulse(s)))
	textio.WriteSharded(s, key.MustObject("gs://bank-records/out"), col, textio.WithNumShards(2))
	if _, _, err := p.Build(); err != nil {
		t.Fatal(err)
	}
}
