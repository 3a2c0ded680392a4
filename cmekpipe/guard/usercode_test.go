package guard_test

import (
	"context"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/util/hooks"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/util/reflectx"
	"github.com/google/go-cmp/cmp"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/guard"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/rule"
)

const self = "github.com/cmekpipe/cmekpipe-go/cmekpipe/guard_test."

// coded has a coder of the user's, which may write anywhere; encodings and table encode themselves for Beam's JSON coder.
type (
	coded     struct{ Text string }
	encodings []string
	holder    map[string]encodings
	table     map[string]int
)

func (*table) UnmarshalJSON([]byte) error { return nil }

func (encodings) MarshalJSON() ([]byte, error) { return []byte("[]"), nil }

func encodeCoded(c coded) []byte { return []byte(c.Text) }
func decodeCoded(b []byte) coded { return coded{string(b)} }

func init() {
	beam.RegisterCoder(reflect.TypeFor[coded](), encodeCoded, decodeCoded)
	beam.RegisterType(reflect.TypeFor[encodings]())
	beam.RegisterType(reflect.TypeFor[holder]())
	beam.RegisterType(reflect.TypeFor[table]())
	hooks.RegisterHook("mine", func([]string) hooks.Hook { return hooks.Hook{} })
}

func TestTheUsersCodersAreFound(t *testing.T) {
	coders := []string{self + "decodeCoded", self + "encodeCoded"}
	for name, tt := range map[string]struct {
		build func(beam.Scope)
		want  map[string][]string // user code of transforms by name
	}{
		"registered": {func(s beam.Scope) { beam.Reshuffle(s, beam.Create(s, coded{"a"})) },
			map[string][]string{"beam.createFn": coders, "Reshuffle": coders}},
		"inside a pair": {func(s beam.Scope) { beam.GroupByKey(s, beam.AddFixedKey(s, beam.Create(s, coded{"a"}))) },
			map[string][]string{"beam.createFn": coders, "beam.addFixedKeyFn": coders, "CoGBK": coders}},
		"method of JSON": {func(s beam.Scope) { beam.Create(s, table{"a": 1}) },
			map[string][]string{"beam.createFn": {self + "table"}}},
		"method of JSON inside": {func(s beam.Scope) { beam.Create(s, holder{"a": encodings{"a"}}) },
			map[string][]string{"beam.createFn": {self + "encodings"}}},
		"none": {func(s beam.Scope) { beam.Create(s, record{"a", 1}); beam.Create(s, []string{"a"}) }, map[string][]string{}},
	} {
		t.Run(name, func(t *testing.T) {
			c := inspect(t, pipeline(tt.build))
			got := map[string][]string{}
			for _, f := range findings(c) {
				got[f.Name] = f.UserCode
				if f.Verdict != guard.Opaque || !strings.Contains(f.Reason, "your own code "+f.UserCode[0]) {
					t.Errorf("got %+v, want it opaque because of the coder", f)
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("user code (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAnEnabledHookIsAFinding(t *testing.T) {
	p := pipeline(func(s beam.Scope) { beam.Impulse(s) })
	if got := inspect(t, p).Findings().Of(rule.WorkerHook); len(got) != 0 {
		t.Errorf("got %v without a hook, want none", got)
	}
	if err := hooks.EnableHook("mine", "secret argument"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { hooks.DisableHook("mine") })
	c := inspect(t, p)
	if got := c.Findings().Of(rule.WorkerHook); len(got) != 1 || got[0].Resource != "hook mine" || c.Err() != nil {
		t.Errorf("got %v and %v, want the hook and no refusal", got, c.Err())
	}
	if !strings.Contains(c.String(), "hook mine runs code on every worker") {
		t.Errorf("got\n%s\nwant the hook in it", c)
	}
	hide(t, c, "secret argument")
}

func TestFunctionsOfTheStandardLibrary(t *testing.T) {
	c := inspect(t, pipeline(func(s beam.Scope) {
		numbers := beam.Create(s, 1, 2)
		texts := beam.ParDo(s, strconv.Itoa, numbers)
		beam.ParDo(s, strings.ToUpper, texts)
		beam.ParDo(s, osExpand, texts)
		beam.ParDo(s, logFatal, texts)
	}))
	got := findings(c)
	if len(got) != 2 || got[0].Identity != self+"osExpand" {
		t.Errorf("got %+v, want strconv.Itoa and strings.ToUpper neutral, and the others opaque", got)
	}
}

func osExpand(s string) string                  { return s }
func logFatal(s string) string                  { return s }
func writesAFile(context.Context, string) error { return nil }

// liar is a reflectx.Func that a program registers for functions of a type, with a name of its choice.
type liar struct {
	fn   func(context.Context, string) error
	name string
}

func (l *liar) Name() string       { return l.name }
func (l *liar) Type() reflect.Type { return reflect.TypeOf(l.fn) }
func (l *liar) Call(args []any) []any {
	return []any{l.fn(args[0].(context.Context), args[1].(string))}
}

func TestANameThatTheLinkerDoesNotKnowIsNotTrusted(t *testing.T) {
	of := reflect.TypeFor[func(context.Context, string) error]()
	for _, claimed := range []string{
		"github.com/apache/beam/sdks/v2/go/pkg/beam/transforms/stats.evil",
		"github.com/apache/beam/sdks/v2/go/pkg/beam.dropKeyFn", "strconv.Itoa", self + "userFn",
	} {
		for name, maker := range map[string]func(fn any) reflectx.Func{
			"with a function": func(fn any) reflectx.Func { return &liar{fn.(func(context.Context, string) error), claimed} },
			"named by Beam":   func(any) reflectx.Func { return reflectx.MakeFuncWithName(claimed, userSink) },
		} {
			reflectx.RegisterFunc(of, maker)
			got := findings(inspect(t, pipeline(func(s beam.Scope) { beam.ParDo0(s, writesAFile, lines(s)) })))
			if len(got) != 1 || got[0].Verdict != guard.Opaque || slices.Contains(got[0].UserCode, claimed) || !strings.Contains(got[0].Reason, "gives itself the name "+claimed) {
				t.Errorf("%s, %s: got %+v, want it opaque under the linker's name", claimed, name, got)
			}
		}
	}
	// The same for a function that Beam's own code calls.
	reflectx.RegisterFunc(of, func(fn any) reflectx.Func {
		return &liar{fn.(func(context.Context, string) error), self + "writesAFile"}
	})
	got := findings(inspect(t, pipeline(func(s beam.Scope) { beam.ParDo0(s, writesAFile, lines(s)) })))
	if len(got) != 1 || !slices.Equal(got[0].UserCode, []string{self + "writesAFile"}) || strings.Contains(got[0].Reason, "gives itself") {
		t.Errorf("got %+v, want an honest name believed", got)
	}
}
