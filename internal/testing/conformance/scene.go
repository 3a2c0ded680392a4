package conformance

import (
	"reflect"
	"strings"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/conformance/retryrunner"
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
	// Retries says how bundles are tried.
	Retries retries
}

// retries is what happens to bundles. The zero retries is Prism, which makes one attempt at each.
type retries struct {
	// Bundles is into how many bundles an input is cut; 0 is Prism.
	Bundles int
	// Failure is what befalls each bundle before an attempt is kept; 0 is any, several or none.
	Failure retryrunner.Failure
	// Seed decides what is left to chance.
	Seed uint64
	// Unfused runs each DoFn in bundles of its own.
	Unfused bool
}

func (r retries) config() retryrunner.Config {
	failures := []retryrunner.Failure{r.Failure}
	if r.Failure == 0 {
		failures = retryrunner.All()
	}
	return retryrunner.Config{Seed: r.Seed, Bundles: r.Bundles, Failures: failures, Unfused: r.Unfused}
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

// differences names the fields in which two scenes differ, as "Input.Count".
func differences(a, b scene) []string { return differ("", reflect.ValueOf(a), reflect.ValueOf(b)) }

func differ(path string, a, b reflect.Value) []string {
	if a.Kind() != reflect.Struct {
		if a.Interface() == b.Interface() {
			return nil
		}
		return []string{strings.TrimPrefix(path, ".")}
	}
	var names []string
	for i := range a.NumField() {
		names = append(names, differ(path+"."+a.Type().Field(i).Name, a.Field(i), b.Field(i))...)
	}
	return names
}
