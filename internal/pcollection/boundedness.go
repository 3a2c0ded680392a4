// Package boundedness tells collections that end from those that don't.
package pcollection

import (
	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/graph/window"
)

// Ends reports whether a collection ends. Beam tells only by refusing to join what differs in that, so this tries
// it, in a pipeline that is thrown away.
func Ends(col beam.PCollection) bool {
	_, s := beam.NewPipelineWithRoot()
	bounded := beam.AddFixedKey(s, beam.Impulse(s))
	unknown := beam.AddFixedKey(s, beam.WindowInto(s, window.NewGlobalWindows(), col))
	_, err := beam.TryCoGroupByKey(s, bounded, unknown)
	return err == nil
}
