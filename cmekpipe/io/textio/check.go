package textio

import (
	"errors"
	"fmt"
	"reflect"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/graph/window"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/graph/window/trigger"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

const (
	opWrite   = "textio.Write"
	opSharded = "textio.WriteSharded"
)

// checkInput refuses what can't be written at all.
func checkInput(op string, o cmekpipe.Object, col beam.PCollection) error {
	if !o.Valid() {
		return &cmekpipe.Error{Op: op, Code: cmekpipe.KeyMissing, Resource: "destination",
			Hint: "let a key mint it: key.Object(\"gs://BUCKET/OBJECT\")",
			Err:  errors.New("got the zero Object, want one under a key")}
	}
	if !col.IsValid() {
		return invalid(op, o, "got the zero PCollection", "pass what a transform returned")
	}
	if got := col.Type().Type(); got != reflect.TypeFor[string]() {
		return invalid(op, o, fmt.Sprintf("got a PCollection of %v, want one of string", col.Type()),
			"format the elements as lines first")
	}
	return nil
}

// firesOnce reports whether a bounded collection is all there at once: in the global window, without a trigger.
func firesOnce(col beam.PCollection) bool {
	strategy := col.WindowingStrategy()
	if strategy.Fn.Kind != window.GlobalWindows {
		return false
	}
	_, byDefault := strategy.Trigger.(*trigger.DefaultTrigger)
	return byDefault || strategy.Trigger == nil
}

// gather groups a keyed collection with a keyed impulse, so that there is a group even if the collection is empty. It
// refuses a collection that is not all there at once; Beam joins only what agrees in windows and boundedness.
func gather(s beam.Scope, impulse, keyed beam.PCollection, refusal cmekpipe.Error) (beam.PCollection, error) {
	refusal.Code = cmekpipe.Unsupported
	if !firesOnce(keyed) {
		refusal.Err = errors.New("got windowed or triggered input, whose panes would overwrite each other")
		return beam.PCollection{}, &refusal
	}
	grouped, err := beam.TryCoGroupByKey(s, impulse, keyed)
	if err != nil {
		refusal.Err = errors.New("got unbounded input in the global window, which would never be written")
		return beam.PCollection{}, &refusal
	}
	return grouped, nil
}
