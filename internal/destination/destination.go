// Package destination is the interface between the connectors of this module and package guard: it names what a
// connector writes to and the key.
//
// A DoFn that creates data at rest implements [Marked]; one that only passes data between Marked ones implements
// [Helper]. Guard trusts only such DoFns. A user's type can't imitate them: the methods' results have types that only
// this module can name, and [Of] and [IsHelper] also check the module that declares the DoFn's type, so that a user's
// type that embeds one of ours does not count. Annotations, labels and the names of scopes prove nothing, because
// anyone can set them.
package destination

import (
	"reflect"
	"runtime/debug"
	"strings"
	"sync"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// Destination is a resource that a connector writes to and the key that encrypts it.
type Destination struct {
	// Kind is the kind of resource that Name names.
	Kind cmekpipe.DestinationKind
	// Name is the name as users write it: "gs://bucket/prefix", "project.dataset.table".
	Name string
	// Key encrypts everything that the DoFn creates, temporary data included.
	Key cmekpipe.KeyName
	// AdditionalKeys may encrypt parts of the destination instead of Key, as in a multi-region database.
	AdditionalKeys []cmekpipe.KeyName
}

// None is the empty result of marker methods. Its type can't be named outside this module.
type None struct{}

// Marked is implemented by each DoFn of this module that creates data at rest. Guard calls the method during an
// inspection, on the DoFn that was given to Beam, before Setup; the method must not call a service.
type Marked interface{ CMEKDestination() Destination }

// Helper is implemented by each DoFn and CombineFn of this module that creates nothing at rest.
type Helper interface{ CMEKHelper() None }

// Reader is implemented by each [Helper] that reads from outside the pipeline.
type Reader interface{ CMEKReads() None }

// WholeInput is implemented by a [Marked] DoFn that writes all of its input to one fixed name, where a second window or
// pane would overwrite the first. Guard then refuses an input that is unbounded or not in the global window.
type WholeInput interface{ CMEKWholeInput() None }

// Claim is what one sink writes and no second sink of the pipeline may write too.
type Claim struct {
	// Name is the object or table, as in [Destination]. For many objects it stands for their names:
	// "gs://bucket/prefix-SSSSS-of-NNNNN.txt".
	Name string
	// Contains reports whether an object is one of many; nil if Name is the only one.
	Contains func(object string) bool
	// Appends says that the sink leaves the output of others as it is, so that others that append may write too.
	Appends bool
}

// Claimer is implemented by one [Marked] DoFn of each sink that replaces what its destination has: the one that does so.
// Guard refuses a pipeline with two claims on one name, unless both append.
type Claimer interface{ CMEKClaim() Claim }

// ClaimOf returns what a DoFn of this module claims. It reports false for other DoFns.
func ClaimOf(dofn any) (Claim, bool) {
	if c, ok := own[Claimer](dofn); ok {
		return c.CMEKClaim(), true
	}
	return Claim{}, false
}

// Of returns where a DoFn writes. It reports false for anything but a Marked type of this module. The caller checks
// that the destination has a kind, a name and a valid key.
func Of(dofn any) (Destination, bool) {
	if m, ok := own[Marked](dofn); ok {
		return m.CMEKDestination(), true
	}
	return Destination{}, false
}

// IsHelper reports whether a DoFn or CombineFn is of this module and creates nothing at rest.
func IsHelper(fn any) bool {
	_, ok := own[Helper](fn)
	return ok
}

// Reads reports whether a DoFn is of this module and reads from outside the pipeline.
func Reads(fn any) bool {
	_, ok := own[Reader](fn)
	return ok
}

// NeedsWholeInput reports whether a DoFn is of this module and needs a bounded, globally windowed input.
func NeedsWholeInput(dofn any) bool {
	_, ok := own[WholeInput](dofn)
	return ok
}

// own returns v as an M if v is a struct, or a pointer to one, whose type this module declares.
func own[M any](v any) (M, bool) {
	value := reflect.ValueOf(v)
	if !isOurs(value) {
		return *new(M), false
	}
	m, ok := v.(M)
	if !ok && value.Kind() == reflect.Struct {
		// Beam stores the value of a DoFn that was passed by value, but the method may have a pointer receiver.
		pointer := reflect.New(value.Type())
		pointer.Elem().Set(value)
		m, ok = pointer.Interface().(M)
	}
	return m, ok
}

func isOurs(value reflect.Value) bool {
	if value.Kind() == reflect.Pointer {
		value = value.Elem() // the zero Value for a nil pointer
	}
	return value.Kind() == reflect.Struct && Declares(value.Type().PkgPath())
}

// Declares reports whether a package belongs to this module, and not to another one whose path continues this one's.
func Declares(pkg string) bool {
	return within(module(), pkg) && declaredBy(module(), pkg, linkedModules())
}

// module returns the path of this module.
func module() string {
	return strings.TrimSuffix(reflect.TypeFor[Destination]().PkgPath(), "/internal/destination")
}

// linkedModules returns the paths of the modules whose packages are linked in; none if the build did not record them, as
// with other build systems than the go command.
var linkedModules = sync.OnceValue(func() []string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return nil
	}
	paths := []string{info.Main.Path}
	for _, m := range info.Deps {
		paths = append(paths, m.Path)
	}
	return paths
})

// declaredBy reports whether a package belongs to a module. Another module may have a path that continues this one's, as
// with a folder that has a go.mod of its own: a package belongs to the linked module with the longest path. If the linked
// modules are not known, the path decides.
func declaredBy(module, pkg string, linked []string) bool {
	if !within(module, pkg) {
		return false
	}
	for _, other := range linked {
		if len(other) > len(module) && within(other, pkg) {
			return false
		}
	}
	return true
}

// within reports whether a package's path is a module's, or continues it.
func within(module, pkg string) bool {
	return pkg == module || strings.HasPrefix(pkg, module+"/")
}
