// Package pcollection answers questions about a Beam PCollection while a pipeline is built.
package pcollection

import (
	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/graph/window"
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
