package guard

import (
	"reflect"
	"runtime"
	"strings"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/graph"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/util/reflectx"
)

// beamPath is the prefix of the identity of Beam's own types and functions.
const beamPath = "github.com/apache/beam/sdks/v2/go/pkg/beam"

// belowBeam returns what follows Beam's path in an identity: "/io/textio.writeFileFn", ".createFn".
func belowBeam(identity string) (string, bool) {
	rest, ok := strings.CutPrefix(identity, beamPath)
	if !ok || rest != "" && rest[0] != '/' && rest[0] != '.' {
		return "", false
	}
	return rest, true
}

// code is the identity of a type or function.
type code struct {
	// name is its full name, "main.formatFn", from the compiler or the linker.
	name string
	// claimed is the name that a function gives itself, if the linker gave it another or if that can't be determined. Then name
	// is the linker's, or says that it is not known.
	claimed string
}

// identityOf returns the identity of a DoFn or CombineFn. A generated function goes by its generator, because the name that
// it has itself is free text.
func identityOf(fn *graph.Fn) code {
	switch {
	case fn.DynFn != nil:
		return code{name: funcName(reflect.ValueOf(fn.DynFn.Gen))}
	case fn.Fn != nil:
		return identityOfFunc(fn.Fn.Fn)
	}
	return code{name: fn.Name()} // the type's own name and package, which only the compiler sets
}

// identityOfFunc returns the identity of a function. The name that it returns itself may be any text, because programs may
// register their own reflectx.Func for functions of a type; so the function is searched in what implements it, and the
// linker's name of it decides.
func identityOfFunc(f reflectx.Func) code {
	claimed := f.Name()
	v := reflect.Indirect(reflect.ValueOf(f))
	if isBeams(v, "reflectFunc") {
		return code{name: claimed} // Beam's own, which asks the linker
	}
	linked := linkedName(v, 0)
	if isBeams(v, "namedFunc") {
		// It holds one of the former, which it returns.
		if original := f.(interface{ Interface() any }).Interface(); original != nil {
			linked = funcName(reflect.ValueOf(original))
		}
	}
	switch linked {
	case claimed:
		return code{name: claimed}
	case "":
		return code{name: "a function that calls itself " + claimed, claimed: claimed}
	default:
		return code{name: linked, claimed: claimed}
	}
}

// isBeams reports whether a value is of a type of Beam's package reflectx.
func isBeams(v reflect.Value, name string) bool {
	return v.IsValid() && v.Type().PkgPath() == beamPath+"/core/util/reflectx" && v.Type().Name() == name
}

// linkedName returns the linker's name of the one function that a value holds; "" if it holds none, or several.
func linkedName(v reflect.Value, depth int) (name string) {
	const deepest = 4
	if v.Kind() == reflect.Interface || v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	switch {
	case v.Kind() == reflect.Func:
		return funcName(v)
	case v.Kind() != reflect.Struct || depth == deepest:
		return ""
	}
	for i := range v.NumField() {
		found := linkedName(v.Field(i), depth+1)
		if found != "" && name != "" {
			return ""
		}
		name += found
	}
	return name
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
