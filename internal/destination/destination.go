// Package sink is how this module's own connectors make themselves known to package guard.
//
// A DoFn that creates data at rest implements [Marked]; one that only carries data between Marked ones implements
// [Helper]. Guard takes the word of such a DoFn and of no other. The word can't be borrowed: the methods' results have
// types that only this module can name, and [DestinationOf] and [IsHelper] also look at where the DoFn's type is
// declared, so that a type of a user that embeds one of ours is not taken for ours. Annotations, labels and the names
// of scopes play no part, because anyone can write them.
package destination

import (
	"reflect"
	"strings"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// Destination is what a connector writes to and under which key.
type Destination struct {
	// Name is the place as a person would type it: "gs://bucket/prefix", "project.dataset.table".
	Name string
	// Key is what everything that the DoFn creates will rest under, temporary data included.
	Key cmekpipe.KeyName
	// Extent says what Name stands for.
	Extent Extent
}

// Extent says what the name of a destination stands for, which a look at the destination has to know.
type Extent string

const (
	// Whole is the resource of that name. It exists when the pipeline has ended well.
	Whole Extent = ""
	// Shards are the objects that package shards makes of a prefix. There is at least one of a bounded pipeline.
	Shards Extent = "shards"
	// Passing is what lies in a folder, or in a project's temporary datasets, and may be gone at the end.
	Temporary Extent = "passing"
)

// None is a result that says nothing; a marker returns it because its type can't be named outside this module.
type None struct{}

// Marked is implemented by each DoFn of this module that creates data at rest. It is called when a pipeline is
// inspected, on the DoFn that was given to Beam, before Setup; it must not call a service.
type Marked interface{ CMEKDestination() Destination }

// Keys are keys of a destination beside its own.
type Keys []cmekpipe.KeyName

// SeveralKeys is implemented by a [Marked] DoFn whose destination may rest under further keys, as a database does that
// several regions hold.
type SeveralKeys interface{ CMEKFurtherKeys() Keys }

// Helper is implemented by each DoFn and CombineFn of this module that creates nothing at rest.
type Helper interface{ CMEKHelper() None }

// WholeInput is implemented by a [Marked] DoFn that writes all of its input to one fixed name, so that a second window
// or pane would overwrite the first. Guard then refuses an input that is unbounded or not in the global window.
type WholeInput interface{ CMEKWholeInput() None }

// DestinationOf returns where a DoFn writes. It reports false for anything but a Marked type of this module. That the
// destination has a name and a valid key is for the caller to check.
func DestinationOf(dofn any) (Destination, bool) {
	if m, ok := own[Marked](dofn); ok {
		return m.CMEKDestination(), true
	}
	return Destination{}, false
}

// FurtherKeysOf returns the keys that the destination of a DoFn of this module may rest under beside its own.
func FurtherKeysOf(dofn any) []cmekpipe.KeyName {
	if s, ok := own[SeveralKeys](dofn); ok {
		return s.CMEKFurtherKeys()
	}
	return nil
}

// IsHelper reports whether a DoFn or CombineFn is of this module and creates nothing at rest.
func IsHelper(fn any) bool {
	_, ok := own[Helper](fn)
	return ok
}

// NeedsWholeInput reports whether a DoFn is of this module and takes a bounded, globally windowed input only.
func NeedsWholeInput(dofn any) bool {
	_, ok := own[WholeInput](dofn)
	return ok
}

// module returns the path in front of every package of this module, with a slash behind.
func module() string {
	return strings.TrimSuffix(reflect.TypeFor[Destination]().PkgPath(), "internal/destination")
}

// own returns v as an M when v is a struct, or a pointer to one, whose type this module declares.
func own[M any](v any) (M, bool) {
	value := reflect.ValueOf(v)
	if !isOurs(value) {
		return *new(M), false
	}
	m, ok := v.(M)
	if !ok && value.Kind() == reflect.Struct {
		// Beam keeps a value that was given by value, but the method may want a pointer.
		pointer := reflect.New(value.Type())
		pointer.Elem().Set(value)
		m, ok = pointer.Interface().(M)
	}
	return m, ok
}

func isOurs(value reflect.Value) bool {
	if value.Kind() == reflect.Pointer {
		value = value.Elem() // of a nil pointer: a value of no kind
	}
	return value.Kind() == reflect.Struct && strings.HasPrefix(value.Type().PkgPath(), module())
}
