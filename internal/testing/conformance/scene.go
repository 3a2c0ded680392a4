package conformance

import (
	"context"
	"reflect"
	"strings"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/conformance/retryrunner"
)

// scene describes the state of a world before a run and the events during it. A world depends on its scene only, so
// that two worlds differ in the fields in which their scenes differ.
type scene struct {
	// Name is the last part of the destination's name.
	Name string
	// Input is what the pipeline writes.
	Input input
	// Occupied is the key that encrypts an existing destination before the run.
	Occupied occupant
	// Before is the state of the key when the pipeline starts.
	Before keyState
	// Later is the state to which the key changes after half of the rows.
	Later keyState
	// Cancelled ends the run's context after half of the rows.
	Cancelled bool
	// Fault makes calls fail.
	Fault emulator.Fault
	// Retries configures how bundles are attempted.
	Retries retries
	// Portable runs the pipeline on a portable runner, Prism, instead of package retryrunner, if Retries has no bundles.
	Portable bool
}

// retries configures how bundles are attempted. The zero retries means one bundle for each input, and no planned failure.
type retries struct {
	// Bundles is the number of bundles of an input.
	Bundles int
	// Failure is the failure of each bundle before an attempt succeeds; 0 means none, one or several of any kind.
	Failure retryrunner.Failure
	// Seed seeds the random choices.
	Seed uint64
	// Unfused runs each DoFn in bundles of its own.
	Unfused bool
	// Growing makes attempts that fail see only the first values of each group.
	Growing bool
	// Call is the number of the call before which killed and suspended attempts stop; 0 lets the seed decide.
	Call int
}

func (r retries) config(cloud *cmektest.Cloud) retryrunner.Config {
	failures := []retryrunner.Failure{r.Failure}
	switch {
	case r.Bundles == 0:
		failures = nil
	case r.Failure == 0:
		failures = retryrunner.All()
	}
	return retryrunner.Config{Seed: r.Seed, Bundles: r.Bundles, Failures: failures, Unfused: r.Unfused,
		Growing: r.Growing, Call: r.Call, Cloud: interceptor{cloud}}
}

// interceptor reports the calls of a cloud to package retryrunner.
type interceptor struct{ cloud *cmektest.Cloud }

// Intercept implements retryrunner.Cloud. The client of Datastore replaces the metadata of its calls.
func (i interceptor) Intercept(before func(context.Context, string) error) (remove func()) {
	return i.cloud.Intercept(func(ctx context.Context, m emulator.Method, _ string, header func(string) string) error {
		attempt := header(retryrunner.Header)
		if attempt == "" && strings.HasPrefix(string(m), "datastore.") {
			attempt = retryrunner.Current
		}
		return before(ctx, attempt)
	})
}

// good is the scene in which nothing fails.
func good() scene {
	return scene{Name: "plain", Input: input{Count: 100}}
}

// occupant describes what exists at the destination before the run.
type occupant string

const (
	free       occupant = ""
	anotherKey occupant = "another key"
	noKey      occupant = "no key"
)

// keyState is a state of a key.
type keyState string

const (
	enabled   keyState = ""
	disabled  keyState = "disabled"
	denied    keyState = "denied"
	scheduled keyState = "scheduled for destruction"
	destroyed keyState = "destroyed"
)

// code is the error code of a run with a key in the state.
func (k keyState) code() cmekpipe.Code {
	switch k {
	case enabled:
		return ""
	case denied:
		return cmekpipe.KeyDenied
	}
	return cmekpipe.KeyDisabled
}

// differences returns the names of the fields in which two scenes differ, such as "Input.Count".
func differences(a, b scene) []string { return differ("", reflect.ValueOf(a), reflect.ValueOf(b)) }

func differ(path string, a, b reflect.Value) []string {
	if a.Kind() != reflect.Struct {
		if reflect.DeepEqual(a.Interface(), b.Interface()) {
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
