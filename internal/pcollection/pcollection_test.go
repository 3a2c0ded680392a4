package pcollection_test

import (
	"context"
	"testing"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/graph/window"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/sdf"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/rtrackers/offsetrange"

	"github.com/cmekpipe/cmekpipe-go/internal/pcollection"
)

// endlessFn makes its output unbounded.
type endlessFn struct{}

func (*endlessFn) CreateInitialRestriction(int) offsetrange.Restriction {
	return offsetrange.Restriction{End: 1}
}

func (*endlessFn) SplitRestriction(_ int, r offsetrange.Restriction) []offsetrange.Restriction {
	return []offsetrange.Restriction{r}
}

func (*endlessFn) RestrictionSize(int, offsetrange.Restriction) float64 { return 1 }

func (*endlessFn) CreateTracker(r offsetrange.Restriction) *sdf.LockRTracker {
	return sdf.NewLockRTracker(offsetrange.NewTracker(r))
}

func (*endlessFn) ProcessElement(context.Context, *sdf.LockRTracker, int, func(int)) sdf.ProcessContinuation {
	return sdf.StopProcessing()
}

func TestIsBounded(t *testing.T) {
	_, s := beam.NewPipelineWithRoot()
	bounded := beam.Create(s, 1)
	for name, tt := range map[string]struct {
		col  beam.PCollection
		want bool
	}{
		"bounded":             {bounded, true},
		"bounded, windowed":   {beam.WindowInto(s, window.NewFixedWindows(time.Minute), bounded), true},
		"unbounded":           {beam.ParDo(s, &endlessFn{}, bounded), false},
		"unbounded, windowed": {beam.WindowInto(s, window.NewFixedWindows(time.Minute), beam.ParDo(s, &endlessFn{}, bounded)), false},
	} {
		if got := pcollection.IsBounded(tt.col); got != tt.want {
			t.Errorf("%s: got %v, want %v", name, got, tt.want)
		}
	}
}
