package sink_test

import (
	"reflect"
	"testing"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/sink"
)

var want = sink.Destination{Name: "gs://bank-records/out"}

type byValue struct{}

func (byValue) CMEKDestination() sink.Destination { return want }

type byPointer struct{ name string }

func (w *byPointer) CMEKDestination() sink.Destination { return sink.Destination{Name: w.name} }

type oneObject struct{ byValue }

func (*oneObject) CMEKWholeInput() sink.None { return sink.None{} }

type carrier struct{}

func (carrier) CMEKHelper() sink.None { return sink.None{} }

// lookAlike has the right method names, and result types that only look right.
type lookAlike struct{}

type Destination struct {
	Name string
	Key  cmekpipe.KeyName
}

func (lookAlike) CMEKDestination() Destination { return Destination{Name: "gs://bank-records/out"} }
func (lookAlike) CMEKHelper() struct{}         { return struct{}{} }
func (lookAlike) CMEKWholeInput() struct{}     { return struct{}{} }

type function func()

func (function) CMEKDestination() sink.Destination { return want }

// Embedded is exported so that reflect.StructOf may embed it, as a type of another module would.
type Embedded struct{}

func (Embedded) CMEKDestination() sink.Destination { return want }
func (Embedded) CMEKHelper() sink.None             { return sink.None{} }
func (Embedded) CMEKWholeInput() sink.None         { return sink.None{} }

func TestDestinationOfTakesOurTypesInEveryForm(t *testing.T) {
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
			got, ok := sink.DestinationOf(tt.dofn)
			if !ok || got.Name != tt.want {
				t.Errorf("DestinationOf() = %q, %v, want %q, true", got.Name, ok, tt.want)
			}
		})
	}
}

func TestNothingElseIsTakenForOurs(t *testing.T) {
	embedding := reflect.New(reflect.StructOf([]reflect.StructField{
		{Name: "Embedded", Type: reflect.TypeFor[Embedded](), Anonymous: true},
	})).Elem()
	if _, ok := embedding.Interface().(sink.Marked); !ok {
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
		{"another's type that embeds ours", embedding.Interface()},
		{"another's type that embeds ours, pointer", embedding.Addr().Interface()},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got, ok := sink.DestinationOf(tt.dofn); ok || got != (sink.Destination{}) {
				t.Errorf("DestinationOf() = %+v, %v, want none", got, ok)
			}
			if sink.IsHelper(tt.dofn) {
				t.Error("IsHelper() = true, want false")
			}
			if sink.NeedsWholeInput(tt.dofn) {
				t.Error("NeedsWholeInput() = true, want false")
			}
		})
	}
}

func TestMarkersAreIndependent(t *testing.T) {
	if !sink.IsHelper(&carrier{}) || !sink.IsHelper(carrier{}) || sink.IsHelper(&byValue{}) {
		t.Error("IsHelper holds for something other than a Helper")
	}
	if !sink.NeedsWholeInput(&oneObject{}) || sink.NeedsWholeInput(&byValue{}) {
		t.Error("NeedsWholeInput holds for something other than a WholeInput")
	}
	if _, ok := sink.DestinationOf(&carrier{}); ok {
		t.Error("a Helper has a destination")
	}
}
