package dofn_test

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/graph"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/util/reflectx"

	"github.com/cmekpipe/cmekpipe-go/internal/dofn"
)

// Each of these appends its arguments to log, and returns whether they are the expected ones.
type (
	two   struct{ log []string }
	one   struct{}
	split struct{}
	pair  struct{}
	three struct{}
	four  struct{}
	five  struct{}
	six   struct{}
)

func (f *two) ProcessElement(a string, b int)        { f.log = append(f.log, a+strconv.Itoa(b)) }
func (*one) ProcessElement(a int8) string            { return strconv.Itoa(int(a)) }
func (*split) ProcessElement(a int16) (int16, error) { return a + 1, nil }
func (*pair) ProcessElement(a beam.X, b int) error   { return check(a == nil && b == 2) }
func (*three) ProcessElement(_ context.Context, a string, b int) error {
	return check(a == "a" && b == 2)
}
func (*four) ProcessElement(a, b, c, d int) error {
	return check(slices.Equal([]int{a, b, c, d}, []int{1, 2, 3, 4}))
}
func (*five) ProcessElement(a, b, c, d, e int) error {
	return check(slices.Equal([]int{a, b, c, d, e}, []int{1, 2, 3, 4, 5}))
}
func (*six) ProcessElement(a, b, c, d, e, f int) error {
	return check(slices.Equal([]int{a, b, c, d, e, f}, []int{1, 2, 3, 4, 5, 6}))
}

func check(ok bool) error {
	if !ok {
		return errors.New("got other arguments")
	}
	return nil
}

func init() {
	dofn.Register2x0[string, int](&two{})
	dofn.Register1x1[int8, string](&one{})
	dofn.Register1x2[int16, int16, error](&split{})
	dofn.Register2x1[beam.X, int, error](&pair{})
	dofn.Register3x1[context.Context, string, int, error](&three{})
	dofn.Register4x1[int, int, int, int, error](&four{})
	dofn.Register5x1[int, int, int, int, int, error](&five{})
	dofn.Register6x1[int, int, int, int, int, int, error](&six{})
}

// processElement returns what Beam's workers call for each element.
func processElement(t *testing.T, doFn any) reflectx.Func {
	t.Helper()
	fn, err := graph.NewDoFn(doFn)
	if err != nil {
		t.Fatal(err)
	}
	return fn.ProcessElementFn().Fn
}

func TestArgumentsArriveInTheirOrder(t *testing.T) {
	f := &two{}
	call, ok := processElement(t, f).(reflectx.Func2x0)
	if !ok {
		t.Fatal("got a caller that uses reflection, want a direct one")
	}
	call.Call2x0("a", 1)
	if !slices.Equal(f.log, []string{"a1"}) {
		t.Errorf("got %q, want a1", f.log)
	}
	if got := processElement(t, &one{}).(reflectx.Func1x1).Call1x1(int8(7)); got != "7" {
		t.Errorf("got %v, want 7", got)
	}
	if got, err := processElement(t, &split{}).(reflectx.Func1x2).Call1x2(int16(7)); got != int16(8) || err != nil {
		t.Errorf("got %v and %v, want 8 and no error", got, err)
	}
	errs := map[string]any{
		"pair":  processElement(t, &pair{}).(reflectx.Func2x1).Call2x1(nil, 2),
		"three": processElement(t, &three{}).(reflectx.Func3x1).Call3x1(context.Background(), "a", 2),
		"four":  processElement(t, &four{}).(reflectx.Func4x1).Call4x1(1, 2, 3, 4),
		"five":  processElement(t, &five{}).(reflectx.Func5x1).Call5x1(1, 2, 3, 4, 5),
		"six":   processElement(t, &six{}).(reflectx.Func6x1).Call6x1(1, 2, 3, 4, 5, 6),
	}
	for name, err := range errs {
		if err != nil {
			t.Errorf("%s: got error %v, want none", name, err)
		}
	}
	if err := processElement(t, &pair{}).(reflectx.Func2x1).Call2x1("x", 2); err == nil {
		t.Error("got no error, want the function's own")
	}
}

func TestTheFunctionKeepsItsNameAndType(t *testing.T) {
	call := processElement(t, &three{})
	if got, want := call.Type(), reflect.TypeFor[func(context.Context, string, int) error](); got != want {
		t.Errorf("got type %v, want %v", got, want)
	}
	if !strings.Contains(call.Name(), "ProcessElement") {
		t.Errorf("got name %q, want the method's", call.Name())
	}
	if got := call.Call([]any{context.Background(), "a", 2}); len(got) != 1 || got[0] != nil {
		t.Errorf("got %v through reflection, want no error", got)
	}
}

func TestAnArgumentOfTheWrongTypePanics(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("got a call with an argument of another type, want a panic")
		}
	}()
	processElement(t, &two{}).(reflectx.Func2x0).Call2x0(1, 1)
}

// echo returns its element.
type echo[T any] struct{}

func (*echo[T]) ProcessElement(element T) T { return element }

func registerAnotherElement() {
	type element struct{ Number int }
	dofn.Register1x1[element, element](&echo[element]{})
}

// Types of functions from two packages with the same name have the same string.
func TestAFunctionWhoseTypeHasTheSameStringIsCalled(t *testing.T) {
	registerAnotherElement()
	type element struct{ Text string }
	call := processElement(t, &echo[element]{})
	if _, direct := call.(reflectx.Func1x1); direct {
		t.Fatal("got a direct caller, want reflection: the types do not look alike any more")
	}
	if got := call.Call([]any{element{"a"}}); len(got) != 1 || got[0] != (element{"a"}) {
		t.Errorf("got %v, want the element", got)
	}
}

// A method value that package reflect made would allocate, and look up the layout of its frame, in each call.
func TestACallAllocatesNothing(t *testing.T) {
	call := processElement(t, &three{}).(reflectx.Func3x1)
	var ctx, a, b any = context.Background(), "a", 2
	if got := testing.AllocsPerRun(100, func() { call.Call3x1(ctx, a, b) }); got != 0 {
		t.Errorf("got %v allocations in a call, want none", got)
	}
}

// BenchmarkCallVsReflection reports how many times faster a registered ProcessElement is called than one that only
// reflection reaches.
func BenchmarkCallVsReflection(b *testing.B) {
	var ctx, element, n any = context.Background(), "a", 2
	measure := func(fn reflectx.Func) time.Duration {
		call := reflectx.ToFunc3x1(fn)
		start := time.Now()
		for range b.N {
			call.Call3x1(ctx, element, n)
		}
		return time.Since(start)
	}
	fn, err := graph.NewDoFn(&three{})
	if err != nil {
		b.Fatal(err)
	}
	direct := measure(fn.ProcessElementFn().Fn)
	reflected := measure(reflectx.MakeFunc(reflect.ValueOf(&three{}).MethodByName("ProcessElement").Interface()))
	b.ReportMetric(float64(reflected)/float64(direct), "x/reflection")
}
