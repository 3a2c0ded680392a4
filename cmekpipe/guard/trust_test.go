package guard_test

import (
	"context"
	"reflect"
	"strings"
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/graph/window"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/graph/window/trigger"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/spannerio"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/testing/passert"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/testing/teststream"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/transforms/filter"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/transforms/periodic"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/transforms/stats"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/transforms/top"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/util/pubsubx"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/guard"
	"github.com/cmekpipe/cmekpipe-go/internal/destination"
)

// markedFn is a DoFn as this module's connectors have them.
type markedFn struct{ Object cmekpipe.Object }

func (f *markedFn) ProcessElement(string) {}

func (f *markedFn) CMEKDestination() destination.Destination {
	return destination.Destination{Kind: cmekpipe.KindObject, Name: f.Object.String(), Key: f.Object.Key()}
}

// nameOnlyFn has a destination without a key, keyOnlyFn a key without a destination.
type nameOnlyFn struct{}

func (nameOnlyFn) ProcessElement(string) {}
func (nameOnlyFn) CMEKDestination() destination.Destination {
	return destination.Destination{Kind: cmekpipe.KindObject, Name: "gs://bank-records/o"}
}

type keyOnlyFn struct{ Object cmekpipe.Object }

func (keyOnlyFn) ProcessElement(string) {}
func (f keyOnlyFn) CMEKDestination() destination.Destination {
	return destination.Destination{Kind: cmekpipe.KindObject, Key: f.Object.Key()}
}

// noKindFn has a name and a key, but does not say what the name stands for.
type noKindFn struct{ Object cmekpipe.Object }

func (noKindFn) ProcessElement(string) {}
func (f noKindFn) CMEKDestination() destination.Destination {
	return destination.Destination{Name: f.Object.String(), Key: f.Object.Key()}
}

// oneObjectFn writes a single object.
type oneObjectFn struct{ markedFn }

func (f *oneObjectFn) ProcessElement(string)            {}
func (f *oneObjectFn) CMEKWholeInput() destination.None { return destination.None{} }

// carrierFn moves data between marked DoFns; carrierCombineFn does so as a CombineFn.
type carrierFn struct{}

func (carrierFn) ProcessElement(s string) string { return s }
func (carrierFn) CMEKHelper() destination.None   { return destination.None{} }

type carrierCombineFn struct{}

func (carrierCombineFn) MergeAccumulators(a, _ string) string { return a }
func (carrierCombineFn) CMEKHelper() destination.None         { return destination.None{} }

// writeFileFn is a user's, and has the name, the fields and the annotations of what it is not.
type writeFileFn struct {
	Filename    string
	Annotations map[string][]byte `json:"-"`
}

type Destination struct {
	Name string
	Key  cmekpipe.KeyName
}

func (writeFileFn) ProcessElement(string)          {}
func (f writeFileFn) CMEKDestination() Destination { return Destination{Name: f.Filename} }

type userCombineFn struct{}

func (userCombineFn) MergeAccumulators(a, _ string) string { return a }

func init() { beam.RegisterFunction(byLength) }

func userFn(s string) string                     { return s }
func userSink(context.Context, string)           {}
func userSplit(s string, odd, even func(string)) {}
func isOpen(s string) bool                       { return s != "" }
func shorter(a, b string) bool                   { return len(a) < len(b) }
func byLength(s string) int                      { return len(s) % 2 }
func combineUser(a, b string) string             { return a + b }
func object(t *testing.T) cmekpipe.Object        { t.Helper(); return mustObject(t, "gs://bank-records/o") }

func mustObject(t *testing.T, url string) cmekpipe.Object {
	t.Helper()
	key, err := cmekpipe.ParseKeyName(keyName)
	if err != nil {
		t.Fatal(err)
	}
	o, err := key.Object(url)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func TestOwnDoFnsAreJudgedByTheirMark(t *testing.T) {
	o := object(t)
	tests := []struct {
		name string
		dofn any
		want guard.Verdict
		why  string
	}{
		{"pointer", &markedFn{o}, guard.Protected, ""},
		{"zero destination", &markedFn{}, guard.Unprotected, "without a key"},
		{"no key", &nameOnlyFn{}, guard.Unprotected, "without a key"},
		{"no name", &keyOnlyFn{o}, guard.Unprotected, "without a destination"},
		{"value", keyOnlyFn{o}, guard.Unprotected, "without a destination"},
		{"no kind", &noKindFn{o}, guard.Unprotected, "without a destination"},
		{"single object of a bounded, global input", &oneObjectFn{markedFn{o}}, guard.Protected, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := inspect(t, pipeline(func(s beam.Scope) { beam.ParDo0(s.Scope("Out"), tt.dofn, lines(s)) }))
			found := findings(c)
			if len(found) != 1 || found[0].Verdict != tt.want || !strings.Contains(found[0].Reason, tt.why) {
				t.Fatalf("got %+v, want one that is %s because %q", found, tt.want, tt.why)
			}
			if tt.want == guard.Protected {
				if found[0].Destination != o.String() || found[0].Kind != cmekpipe.KindObject || found[0].Key != o.Key() || c.Err() != nil {
					t.Errorf("got %+v and %v, want %v under its key", found[0], c.Err(), o)
				}
			} else if found[0].Key.Valid() || c.Err() == nil || found[0].Replacement == "" {
				t.Errorf("got %+v and %v, want no key, an error and advice", found[0], c.Err())
			}
		})
	}
}

func TestSingleObjectWriterIsRefusedAnInputInPieces(t *testing.T) {
	tests := []struct {
		name  string
		input func(beam.Scope) beam.PCollection
		why   string
	}{
		{"windowed", func(s beam.Scope) beam.PCollection { return beam.WindowInto(s, window.NewFixedWindows(1e9), lines(s)) }, "a windowed input"},
		{"triggered", func(s beam.Scope) beam.PCollection {
			return beam.WindowInto(s, window.NewGlobalWindows(), lines(s), beam.Trigger(trigger.AfterCount(1)), beam.PanesDiscard())
		}, "an input with a trigger"},
		{"unbounded", func(s beam.Scope) beam.PCollection {
			config := teststream.NewConfig()
			_ = config.AddElements(0, "a")
			return teststream.Create(s, config)
		}, "an unbounded input"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			build := func(dofn any) []guard.Transform {
				return findings(inspect(t, pipeline(func(s beam.Scope) { beam.ParDo0(s, dofn, tt.input(s)) })))
			}
			got := build(&oneObjectFn{markedFn{object(t)}})
			if len(got) != 1 || got[0].Verdict != guard.Unprotected || !strings.Contains(got[0].Reason, tt.why) || !strings.Contains(got[0].Replacement, "sharded") {
				t.Errorf("got %+v, want one refused because of %s", got, tt.why)
			}
			if got := build(&markedFn{object(t)}); len(got) != 1 || got[0].Verdict != guard.Protected {
				t.Errorf("a writer of many objects: got %+v, want it protected", got)
			}
		})
	}
	side := func(s beam.Scope) {
		triggered := beam.WindowInto(s, window.NewGlobalWindows(), lines(s), beam.Trigger(trigger.AfterCount(1)), beam.PanesDiscard())
		beam.ParDo0(s, &sideFn{oneObjectFn{markedFn{object(t)}}}, lines(s), beam.SideInput{Input: triggered})
	}
	if got := findings(inspect(t, pipeline(side))); len(got) != 1 || got[0].Verdict != guard.Protected {
		t.Errorf("side input in pieces: got %+v, want it protected", got)
	}
}

type sideFn struct{ oneObjectFn }

func (f *sideFn) ProcessElement(string, func(*string) bool) {}

func TestForgedNamesAreNotTrusted(t *testing.T) {
	forged := &writeFileFn{Filename: keyedName, Annotations: map[string][]byte{"cmekpipe:sink:v1": []byte(keyName)}}
	c := inspect(t, pipeline(func(s beam.Scope) {
		beam.ParDo0(s.Scope("cmekpipe").Scope("textio.Write"), forged, lines(s))
		beam.ParDo0(s.Scope("github.com/cmekpipe/cmekpipe-go/cmekpipe/io/textio.Write"), *forged, lines(s))
	}))
	for _, got := range findings(c) {
		if got.Verdict != guard.Opaque || got.Key.Valid() || got.Destination != "" {
			t.Errorf("got %+v, want it opaque", got)
		}
	}
	if n := len(findings(c)); n != 2 {
		t.Errorf("got %d findings, want 2", n)
	}
}

func TestUserCodeIsOpaqueAndSaysWhatItIs(t *testing.T) {
	self := reflect.TypeFor[writeFileFn]().PkgPath() + "."
	c := inspect(t, pipeline(func(s beam.Scope) {
		col := beam.ParDo(s, userFn, lines(s))
		beam.ParDo0(s, userSink, col)
		beam.ParDo2(s, userSplit, col)
		beam.ParDo0(s, func(string) {}, col)
		beam.Combine(s, &userCombineFn{}, col)
		beam.Combine(s, combineUser, col)
		filter.Include(s, col, isOpen)
		top.Largest(s, col, 1, shorter)
		beam.Partition(s, 2, byLength, col)
	}))
	want := []struct{ identity, reason string }{
		{self + "userFn", "your own code, with 1 output;"},
		{self + "userSink", "your own code, with no outputs;"},
		{self + "userSplit", "your own code, with 2 outputs;"},
		{"", "your own code, with no outputs;"}, // the compiler names function literals, not always alike
		{self + "userCombineFn", "your own code"},
		{self + "combineUser", "your own code"},
		{"filter.filterFn", "calls your own code " + self + "isOpen"},
		{"top.combineFn", "calls your own code " + self + "shorter"},
		{"beam.makePartitionFn", "calls your own code " + self + "byLength"},
	}
	got := findings(c)
	if len(got) != len(want) {
		t.Fatalf("got %d findings, want %d:\n%v", len(got), len(want), c)
	}
	for i, w := range want {
		if got[i].Verdict != guard.Opaque || !strings.HasSuffix(got[i].Identity, w.identity) || !strings.Contains(got[i].Reason, w.reason) {
			t.Errorf("got %+v, want %+v", got[i], w)
		}
	}
	if err := c.Err(); err != nil {
		t.Errorf("Err() = %v, want nil", err)
	}
}

func TestComputationIsNeutral(t *testing.T) {
	c := inspect(t, pipeline(func(s beam.Scope) {
		col := beam.ParDo(s, &carrierFn{}, beam.Flatten(s, lines(s), beam.Reshuffle(s, lines(s))))
		beam.Combine(s, &carrierCombineFn{}, col)
		stats.Count(s, col)
		stats.Mean(s, beam.Create(s, 1, 2))
		filter.Distinct(s, col)
		beam.DropKey(s, beam.SwapKV(s, beam.AddFixedKey(s, col)))
		beam.WindowInto(s, window.NewGlobalWindows(), col)
		passert.Count(s, col, "lines", 4)
		periodic.Impulse(s, someTime, someTime, 1e9, false)
	}))
	if got := findings(c); len(got) != 0 {
		t.Errorf("got %+v, want none", got)
	}
	names := map[string]bool{}
	for _, f := range c.Transforms {
		names[f.Name] = true
	}
	for _, want := range []string{"Impulse", "CoGBK", "Flatten", "Reshuffle", "WindowInto", "beam.createFn", "guard_test.carrierFn"} {
		if !names[want] {
			t.Errorf("no transform called %s among %v", want, names)
		}
	}
}

func TestConnectorOfBeamThatNobodyKnowsIsRefused(t *testing.T) {
	// A function of Beam's outside the catalogue stands in for a connector that an upgrade brings.
	got := findings(inspect(t, pipeline(func(s beam.Scope) {
		pairs := beam.ParDo(s, func(s string) (string, string) { return s, s }, lines(s))
		beam.ParDo(s.Scope("New"), pubsubx.MakeQualifiedTopicName, pairs)
	})))
	if len(got) != 2 || got[1].Verdict != guard.Unprotected || !strings.Contains(got[1].Reason, "does not know") {
		t.Errorf("got %+v, want the second refused as unknown", got)
	}
}

func TestOperationThatNobodyKnowsIsRefused(t *testing.T) {
	p := pipeline(func(s beam.Scope) { beam.Impulse(s) })
	edges, _, err := p.Build()
	if err != nil {
		t.Fatal(err)
	}
	edges[0].Op = "Future"
	got := findings(inspect(t, p))
	if len(got) != 1 || got[0].Verdict != guard.Unprotected || got[0].Name != "Future" {
		t.Errorf("got %+v, want one refused as unknown", got)
	}
}

func TestTestEndpointOfSpannerIsRefused(t *testing.T) {
	p := pipeline(func(s beam.Scope) { spannerio.Read(s, database, "entries", recordType) })
	edges, _, err := p.Build()
	if err != nil {
		t.Fatal(err)
	}
	reflect.ValueOf(edges[1].DoFn.Recv).Elem().FieldByName("TestEndpoint").SetString("localhost:1")
	got := findings(inspect(t, p))
	if len(got) != 1 || got[0].Verdict != guard.Unprotected || !strings.Contains(got[0].Reason, "TestEndpoint") {
		t.Errorf("got %+v, want one refused because of TestEndpoint", got)
	}
}
