package pcollection

import (
	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/typex"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"

	"github.com/cmekpipe/cmekpipe-go/internal/destination"
	"github.com/cmekpipe/cmekpipe-go/internal/dofn"
)

func init() {
	dofn.Register2x1[beam.X, func(*string) bool, beam.X](&afterFn{})
	beam.RegisterDoFn(&pairAfterFn{})
	register.Iter1[string]()
}

// After returns the elements of a collection, none of which is processed before the step that emits ready, a
// PCollection<string> in the global window, has ended. A retried element does not repeat that step. The runner may have to
// store the elements of the collection until then.
func After(s beam.Scope, ready, col beam.PCollection) beam.PCollection {
	fixed := beam.SideInput{Input: beam.Reshuffle(s, ready)}
	if typex.IsKV(col.Type()) {
		return beam.ParDo(s, &pairAfterFn{}, col, fixed)
	}
	return beam.ParDo(s, &afterFn{}, col, fixed)
}

// afterFn returns its elements. The runner waits for the side input.
type afterFn struct{}

// ProcessElement returns the element.
func (*afterFn) ProcessElement(x beam.X, _ func(*string) bool) beam.X { return x }

// CMEKHelper tells guard that nothing is stored.
func (*afterFn) CMEKHelper() destination.None { return destination.None{} }

// pairAfterFn is afterFn for pairs.
type pairAfterFn struct{}

// ProcessElement returns the pair.
func (*pairAfterFn) ProcessElement(key beam.X, value beam.Y, _ func(*string) bool) (beam.X, beam.Y) {
	return key, value
}

// CMEKHelper tells guard that nothing is stored.
func (*pairAfterFn) CMEKHelper() destination.None { return destination.None{} }
