package conformance

import (
	"reflect"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
)

// scene is all there is to say about a world before a run and what happens to it in mid-run. Worlds are made of scenes
// alone, so that two worlds differ in what their scenes differ in.
type scene struct {
	// Name is the last part of the destination's name.
	Name string
	// Input is what the pipeline writes.
	Input input
	// Occupied is what the destination rests under before the run.
	Occupied occupant
	// Before is the state of the key when the pipeline starts.
	Before keyState
	// Later is the state that the key changes to when half of the rows have passed.
	Later keyState
	// Cancelled tells that the run's context ends when half of the rows have passed.
	Cancelled bool
	// Fault spoils calls.
	Fault emulator.Fault
}

// good is the scene in which nothing goes wrong.
func good() scene {
	return scene{Name: "plain", Input: input{Count: 100}}
}

// occupant says whether there is something at the destination already.
type occupant string

const (
	free       occupant = ""
	anotherKey occupant = "another key"
	noKey      occupant = "no key"
)

// keyState is what was done to a key.
type keyState string

const (
	enabled   keyState = ""
	disabled  keyState = "disabled"
	denied    keyState = "denied"
	scheduled keyState = "scheduled for destruction"
	destroyed keyState = "destroyed"
)

// code is what a run fails with under a key in the state.
func (k keyState) code() cmekpipe.Code {
	switch k {
	case enabled:
		return ""
	case denied:
		return cmekpipe.KeyDenied
	}
	return cmekpipe.KeyDisabled
}

// differences names the fields in which two scenes differ.
func differences(a, b scene) []string {
	var names []string
	va, vb := reflect.ValueOf(a), reflect.ValueOf(b)
	for i := range va.NumField() {
		if va.Field(i).Interface() != vb.Field(i).Interface() {
			names = append(names, va.Type().Field(i).Name)
		}
	}
	return names
}
