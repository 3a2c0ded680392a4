package fhirio

import (
	"hash/fnv"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/graph/window"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/graph/window/trigger"

	"github.com/cmekpipe/cmekpipe-go/internal/destination"
	"github.com/cmekpipe/cmekpipe-go/internal/pcollection"
)

// Unbounded input is collected before it is written to files: a bundle of a streaming job may have a single element, and an
// import operation for each would exceed the quota of operations and conflict with others.
const (
	groups    = 4           // files that are written at a time
	groupTime = time.Minute // for which a group collects elements
)

// collected returns a collection in the global window, with the elements of unbounded input in few large bundles.
func collected(s beam.Scope, col beam.PCollection) beam.PCollection {
	if pcollection.IsBounded(col) {
		return inGlobalWindow(s, col)
	}
	often := trigger.Repeat(trigger.AfterProcessingTime().PlusDelay(groupTime))
	keyed := beam.ParDo(s, &groupFn{}, col)
	keyed = beam.WindowInto(s, window.NewGlobalWindows(), keyed, beam.Trigger(often), beam.PanesDiscard())
	return beam.ParDo(s, &ungroupFn{}, beam.GroupByKey(s, keyed))
}

// groupFn gives each element a group.
type groupFn struct{}

// ProcessElement chooses the group.
func (*groupFn) ProcessElement(element string) (int, string) {
	h := fnv.New32a()
	h.Write([]byte(element))
	return int(h.Sum32() % groups), element
}

// CMEKHelper tells guard that nothing is stored.
func (*groupFn) CMEKHelper() destination.None { return destination.None{} }

// ungroupFn emits the elements of a group.
type ungroupFn struct{}

// ProcessElement emits the elements.
func (*ungroupFn) ProcessElement(_ int, elements func(*string) bool, emit func(string)) error {
	for element := ""; elements(&element); {
		emit(element)
	}
	return nil
}

// CMEKHelper tells guard that nothing is stored.
func (*ungroupFn) CMEKHelper() destination.None { return destination.None{} }
