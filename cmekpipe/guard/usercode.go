package guard

import (
	"encoding"
	"encoding/json"
	"reflect"
	"slices"
	"strings"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/graph"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/graph/coder"
	v1pb "github.com/apache/beam/sdks/v2/go/pkg/beam/core/runtime/graphx/v1"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/util/protox"
)

// isTrustedCode reports whether code is Beam's or one of the standard library's functions that only compute. Code that claims
// a name which is not the linker's is not.
func isTrustedCode(c code) bool {
	if c.claimed != "" {
		return false
	}
	_, beams := belowBeam(c.name)
	return beams || isPureStandard(c.name)
}

// isPureStandard reports whether a function of the standard library only computes. A package that is not listed may do I/O.
func isPureStandard(name string) bool {
	return slices.Contains([]string{
		"bytes", "cmp", "encoding/base32", "encoding/base64", "encoding/hex", "errors", "hash/adler32", "hash/crc32",
		"hash/crc64", "hash/fnv", "html", "maps", "math", "math/bits", "math/cmplx", "net/netip", "net/url", "path", "regexp",
		"slices", "sort", "strconv", "strings", "unicode", "unicode/utf16", "unicode/utf8",
	}, packageOf(name))
}

// calls returns the user's own functions that a DoFn of Beam's calls, as filter.Include calls its predicate.
func calls(fn *graph.Fn) []string {
	if fn.DynFn != nil {
		return []string{generatedFrom(fn.DynFn)}
	}
	return callsIn(reflect.ValueOf(fn.Recv))
}

// generatedFrom returns the name of the function that a generated one calls, as the generator of beam.Partition encodes it. A
// function of another generator goes by the generator.
func generatedFrom(fn *graph.DynFn) string {
	var data struct{ Fn string }
	var encoded v1pb.UserFn
	if json.Unmarshal(fn.Data, &data) == nil && data.Fn != "" && protox.DecodeBase64(data.Fn, &encoded) == nil && encoded.GetName() != "" {
		return encoded.GetName()
	}
	return funcName(reflect.ValueOf(fn.Gen)) + " with an unknown function"
}

func callsIn(v reflect.Value) (found []string) {
	v = reflect.Indirect(v)
	if v.Kind() != reflect.Struct {
		return nil
	}
	for i := range v.NumField() {
		if field := v.Type().Field(i); !field.IsExported() && !field.Anonymous {
			continue
		}
		if f, ok := encodedFunc(v.Field(i)); ok {
			if c := identityOfFunc(f.Fn); !isTrustedCode(c) {
				found = append(found, c.name)
			}
			continue
		}
		if v.Field(i).Kind() == reflect.Struct {
			found = append(found, callsIn(v.Field(i))...)
		}
	}
	return found
}

func encodedFunc(v reflect.Value) (beam.EncodedFunc, bool) {
	if v.Type() != reflect.TypeFor[beam.EncodedFunc]() || !v.CanInterface() {
		return beam.EncodedFunc{}, false
	}
	f := v.Interface().(beam.EncodedFunc)
	return f, f.Fn != nil
}

// coders returns the user's own code that encodes and decodes the output of a transform, and the accumulators of a
// CombineFn. Whatever reads a collection decodes it; the finding is on the transform that creates it.
func coders(e *graph.MultiEdge) []string {
	var found []string
	for _, out := range e.Output {
		found = append(found, codersIn(out.To.Coder)...)
	}
	found = append(found, codersIn(e.AccumCoder)...)
	slices.Sort(found)
	return slices.Compact(found)
}

func codersIn(c *coder.Coder) (found []string) {
	if c == nil {
		return nil
	}
	for _, component := range c.Components {
		found = append(found, codersIn(component)...)
	}
	if c.Custom == nil {
		return found
	}
	for _, f := range []code{identityOfFunc(c.Custom.Enc.Fn), identityOfFunc(c.Custom.Dec.Fn)} {
		if !isTrustedCode(f) {
			found = append(found, f.name)
		}
	}
	if c.Custom.Enc.Fn.Name() == beamPath+".jsonEnc" {
		found = append(found, marshalers(c.Custom.Type, map[reflect.Type]bool{})...)
	}
	return found
}

// marshalers returns the user's types inside a type that encode themselves, as Beam's JSON coder lets them do.
func marshalers(t reflect.Type, seen map[reflect.Type]bool) (found []string) {
	if t == nil || seen[t] {
		return nil
	}
	seen[t] = true
	if named := t.PkgPath(); named != "" && !isStandard(named) && encodesItself(t) {
		if _, beams := belowBeam(named); !beams {
			found = append(found, named+"."+t.Name())
		}
	}
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Chan:
		found = append(found, marshalers(t.Elem(), seen)...)
	case reflect.Map:
		found = append(append(found, marshalers(t.Key(), seen)...), marshalers(t.Elem(), seen)...)
	case reflect.Struct:
		for i := range t.NumField() {
			found = append(found, marshalers(t.Field(i).Type, seen)...)
		}
	}
	return found
}

// encodesItself reports whether JSON is encoded or decoded by methods of a type.
func encodesItself(t reflect.Type) bool {
	for _, method := range []reflect.Type{
		reflect.TypeFor[json.Marshaler](), reflect.TypeFor[json.Unmarshaler](),
		reflect.TypeFor[encoding.TextMarshaler](), reflect.TypeFor[encoding.TextUnmarshaler](),
	} {
		if t.Implements(method) || reflect.PointerTo(t).Implements(method) {
			return true
		}
	}
	return false
}

// isStandard reports whether a package is of the standard library, whose paths have no dot in their first part. A program's
// own package is main, and so is every other without a module.
func isStandard(pkg string) bool {
	first, _, _ := strings.Cut(pkg, "/")
	return pkg != "main" && !strings.Contains(first, ".") && slices.Contains(standardRoots(), first)
}

// standardRoots are the first parts of the paths of the standard library's packages whose types JSON may hold.
func standardRoots() []string {
	return []string{"bytes", "container", "crypto", "database", "encoding", "math", "net", "reflect", "regexp", "sync", "text", "time"}
}
