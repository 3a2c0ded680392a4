package guard

import (
	"reflect"
	"runtime"
	"strings"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/graph"
)

// beamPath is the prefix of the identity of Beam's own types and functions.
const beamPath = "github.com/apache/beam/sdks/v2/go/pkg/beam"

// belowBeam returns what follows Beam's path in an identity: "/io/textio.writeFileFn", ".createFn".
func belowBeam(identity string) (string, bool) {
	return strings.CutPrefix(identity, beamPath)
}

// identityOf returns the full name of a DoFn's type or function: "main.formatFn". A generated function goes by its
// generator, because the name that it has itself is free text.
func identityOf(fn *graph.Fn) string {
	if fn.DynFn != nil {
		return funcName(reflect.ValueOf(fn.DynFn.Gen))
	}
	return fn.Name()
}

// userCall returns the name of a function that is not Beam's and that a DoFn of Beam's calls, as filter.Include calls
// its predicate. What a generated function calls has no name in the graph.
func userCall(fn *graph.Fn) string {
	if fn.DynFn != nil {
		return "your own function"
	}
	return findUserCall(reflect.ValueOf(fn.Recv))
}

func findUserCall(v reflect.Value) string {
	v = reflect.Indirect(v)
	if v.Kind() != reflect.Struct {
		return ""
	}
	for i := range v.NumField() {
		if field := v.Type().Field(i); !field.IsExported() && !field.Anonymous {
			continue
		}
		if f, ok := encodedFunc(v.Field(i)); ok {
			if _, beams := belowBeam(f.Fn.Name()); !beams {
				return f.Fn.Name()
			}
			continue
		}
		if v.Field(i).Kind() == reflect.Struct {
			if name := findUserCall(v.Field(i)); name != "" {
				return name
			}
		}
	}
	return ""
}

func encodedFunc(v reflect.Value) (beam.EncodedFunc, bool) {
	if v.Type() != reflect.TypeFor[beam.EncodedFunc]() || !v.CanInterface() {
		return beam.EncodedFunc{}, false
	}
	f := v.Interface().(beam.EncodedFunc)
	return f, f.Fn != nil
}

func funcName(v reflect.Value) string {
	if v.Kind() != reflect.Func || v.IsNil() {
		return "unknown"
	}
	return runtime.FuncForPC(v.Pointer()).Name()
}

// shortName cuts the folders off an identity: "textio.writeFileFn". Type parameters, which may have folders of their
// own, stay whole.
func shortName(identity string) string {
	base, _, _ := strings.Cut(identity, "[")
	return identity[strings.LastIndexByte(base, '/')+1:]
}

// packageOf cuts the type or function off an identity.
func packageOf(identity string) string {
	base, _, _ := strings.Cut(identity, "[")
	folder := strings.LastIndexByte(base, '/') + 1
	name, _, _ := strings.Cut(base[folder:], ".")
	return base[:folder] + name
}
