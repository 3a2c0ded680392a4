package pcollection

import (
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/graph/window"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/graph/window/trigger"
)

// FiresOnce reports whether a bounded collection with a windowing strategy fires once: it is in the global window and
// has no trigger of its own.
func FiresOnce(s *window.WindowingStrategy) bool {
	return s.Fn.Kind == window.GlobalWindows && DefaultTrigger(s)
}

// DefaultTrigger reports whether a strategy has no trigger, or Beam's default one.
func DefaultTrigger(s *window.WindowingStrategy) bool {
	if s.Trigger == nil {
		return true
	}
	_, ok := s.Trigger.(*trigger.DefaultTrigger)
	return ok
}
