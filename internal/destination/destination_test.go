package destination_test

import (
	"reflect"
	"slices"
	"testing"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/destination"
)

var want = destination.Destination{Name: "gs://bank-records/out"}

type byValue struct{}

func (byValue) CMEKDestination() destination.Destination { return want }

type byPointer struct{ name string }

func (w *byPointer) CMEKDestination() destination.Destination {
	return destination.Destination{Name: w.name}
}

type oneObject struct{ byValue }

func (*oneObject) CMEKWholeInput() destination.None { return destination.None{} }

type carrier struct{}

func (carrier) CMEKHelper() destination.None { return destination.None{} }

// lookAlike has the right method names, but result types of its own.
type lookAlike struct{}

type Destination struct {
	Name string
	Key  cmekpipe.KeyName
}

func (lookAlike) CMEKDestination() Destination { return Destination{Name: "gs://bank-records/out"} }
func (lookAlike) CMEKHelper() struct{}         { return struct{}{} }
func (lookAlike) CMEKWholeInput() struct{}     { return struct{}{} }

type function func()

func (function) CMEKDestination() destination.Destination { return want }

// Embedded is exported so that reflect.StructOf can embed it, as a type of another module would.
type Embedded struct{}

func (Embedded) CMEKDestination() destination.Destination { return want }
func (Embedded) CMEKHelper() destination.None             { return destination.None{} }
func (Embedded) CMEKWholeInput() destination.None         { return destination.None{} }

func TestOfFindsOurTypesInEveryForm(t *testing.T) {
	tests := []struct {
		name string
		dofn any
		want string
	}{
		{"value receiver, value", byValue{}, want.Name},
		{"value receiver, pointer", &byValue{}, want.Name},
		{"pointer receiver, value", byPointer{"a"}, "a"},
		{"pointer receiver, pointer", &byPointer{"b"}, "b"},
		{"promoted", &oneObject{}, want.Name},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, ok := destination.Of(tt.dofn)
			if !ok || got.Name != tt.want {
				t.Errorf("Of() = %q, %v, want %q, true", got.Name, ok, tt.want)
			}
		})
	}
}

func TestOtherTypesAreRejected(t *testing.T) {
	embedding := reflect.New(reflect.StructOf([]reflect.StructField{
		{Name: "Embedded", Type: reflect.TypeFor[Embedded](), Anonymous: true},
	})).Elem()
	if _, ok := embedding.Interface().(destination.Marked); !ok {
		t.Fatal("the embedding type has no marker, so this test proves nothing")
	}
	tests := []struct {
		name string
		dofn any
	}{
		{"nil", nil},
		{"nil pointer", (*byValue)(nil)},
		{"pointer to pointer", new(*byValue)},
		{"no struct", function(nil)},
		{"no marker", &struct{}{}},
		{"look-alike methods", &lookAlike{}},
		{"look-alike methods, value", lookAlike{}},
		{"another module's type that embeds ours", embedding.Interface()},
		{"another module's type that embeds ours, pointer", embedding.Addr().Interface()},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got, ok := destination.Of(tt.dofn); ok || !reflect.DeepEqual(got, destination.Destination{}) {
				t.Errorf("Of() = %+v, %v, want none", got, ok)
			}
			if destination.IsHelper(tt.dofn) {
				t.Error("IsHelper() = true, want false")
			}
			if destination.NeedsWholeInput(tt.dofn) {
				t.Error("NeedsWholeInput() = true, want false")
			}
		})
	}
}

func TestMarkersAreIndependent(t *testing.T) {
	if !destination.IsHelper(&carrier{}) || !destination.IsHelper(carrier{}) || destination.IsHelper(&byValue{}) {
		t.Error("IsHelper holds for something other than a Helper")
	}
	if !destination.NeedsWholeInput(&oneObject{}) || destination.NeedsWholeInput(&byValue{}) {
		t.Error("NeedsWholeInput holds for something other than a WholeInput")
	}
	if _, ok := destination.Of(&carrier{}); ok {
		t.Error("a Helper has a destination")
	}
}

func TestAPackageBelongsToTheModuleWithTheLongestPath(t *testing.T) {
	const module = "github.com/cmekpipe/cmekpipe-go"
	all := []string{"example.com/bank", module, module + "/evil", module + "/cmekpipe/io/textio/v2"}
	for pkg, want := range map[string]bool{
		module + "/cmekpipe/io/textio":    true,
		module + "/internal/shards":       true,
		module:                            true,
		module + "/evil":                  false,
		module + "/evil/io":               false,
		module + "/evil2":                 true, // no linked module has this path
		module + "/cmekpipe/io/textio/v2": false,
		module + "-fork/cmekpipe/io":      false,
		"example.com/bank":                false,
		"":                                false,
	} {
		if got := destination.DeclaredBy(module, pkg, all); got != want {
			t.Errorf("DeclaredBy(%q) = %v, want %v", pkg, got, want)
		}
	}
	if !destination.DeclaredBy(module, module+"/cmekpipe/io/textio", nil) {
		t.Error("got a connector refused by a build that records no modules")
	}
}

func TestTheBuildRecordsItsModules(t *testing.T) {
	if got := destination.LinkedModules(); !slices.Contains(got, "github.com/cmekpipe/cmekpipe-go") {
		t.Errorf("got modules %q, want this one among them", got)
	}
}
