// Package pcollection tells what is known of a collection while a pipeline is built: whether it ends, and whether it arrives in
// one piece.
package pcollection

import (
	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/graph/window"
)

// Ends reports whether a collection is bounded. Beam does not export that, but refuses to join collections that differ in
// it, so Ends tries to join it with a bounded one, in a pipeline of its own.
func Ends(col beam.PCollection) bool {
	_, s := beam.NewPipelineWithRoot()
	bounded := beam.AddFixedKey(s, beam.Impulse(s))
	unknown := beam.AddFixedKey(s, beam.WindowInto(s, window.NewGlobalWindows(), col))
	_, err := beam.TryCoGroupByKey(s, bounded, unknown)
	return err == nil
}
