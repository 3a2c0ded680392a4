// Package pcollection answers questions about a Beam PCollection during the construction of a pipeline.
package pcollection

import (
	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/graph/window"
)

// IsBounded reports whether a collection is bounded. Beam does not export that, but refuses to join a bounded and an
// unbounded collection, so IsBounded tries such a join in a scratch pipeline.
func IsBounded(col beam.PCollection) bool {
	_, s := beam.NewPipelineWithRoot()
	bounded := beam.AddFixedKey(s, beam.Impulse(s))
	unknown := beam.AddFixedKey(s, beam.WindowInto(s, window.NewGlobalWindows(), col))
	_, err := beam.TryCoGroupByKey(s, bounded, unknown)
	return err == nil
}
