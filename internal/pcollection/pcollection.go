// Package pcollection answers questions about a Beam PCollection while a pipeline is built.
package pcollection

import (
	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/graph/window"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/graph/window/trigger"
)

// IsBounded reports whether a collection is bounded. Beam does not export that, but refuses to join collections that
// differ in it, so this tries a join in a pipeline of its own.
func IsBounded(col beam.PCollection) bool {
	_, s := beam.NewPipelineWithRoot()
	bounded := beam.AddFixedKey(s, beam.Impulse(s))
	unknown := beam.AddFixedKey(s, beam.WindowInto(s, window.NewGlobalWindows(), col))
	_, err := beam.TryCoGroupByKey(s, bounded, unknown)
	return err == nil
}

// FiresOnce reports whether a trigger fires once for each window of bounded input: the default trigger, or none.
func FiresOnce(t trigger.Trigger) bool {
	if t == nil {
		return true
	}
	_, byDefault := t.(*trigger.DefaultTrigger)
	return byDefault
}
