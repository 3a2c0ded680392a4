package textio_test

import (
	"context"
	"fmt"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/graph/mtime"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/sdf"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/rtrackers/offsetrange"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"
)

func init() {
	register.Function2x0(dropAll)
	register.Function1x2(bySecond)
	register.Function2x0(countUp)
	beam.RegisterDoFn(&triggerFn{})
	beam.RegisterDoFn(&endless{})
	register.Emitter1[string]()
}

// dropAll makes an empty collection.
func dropAll(string, func(string)) {}

// countUp emits as many lines as its input says.
func countUp(n int, emit func(string)) {
	for i := range n {
		emit(fmt.Sprintf("%08d", i))
	}
}

// bySecond gives line n the time n seconds after the epoch.
func bySecond(line string) (beam.EventTime, string) {
	n, err := strconv.Atoi(line)
	if err != nil {
		panic(err)
	}
	return mtime.FromTime(time.Unix(int64(n), 0)), line
}

// onLine is what triggerFn calls. Prism's workers run in this process, so a test can reach into a running pipeline.
var onLine atomic.Pointer[func(ctx context.Context, line string) error]

// triggerFn emits lines after it called onLine.
type triggerFn struct{}

func (triggerFn) ProcessElement(ctx context.Context, line string, emit func(string)) error {
	if call := onLine.Load(); call != nil {
		if err := (*call)(ctx, line); err != nil {
			return err
		}
	}
	emit(line)
	return nil
}

// endless is a source without end, which makes its output unbounded. No test runs it.
type endless struct{}

func (*endless) CreateInitialRestriction([]byte) offsetrange.Restriction {
	return offsetrange.Restriction{Start: 0, End: 1 << 62}
}

func (*endless) SplitRestriction(_ []byte, r offsetrange.Restriction) []offsetrange.Restriction {
	return []offsetrange.Restriction{r}
}

func (*endless) RestrictionSize(_ []byte, r offsetrange.Restriction) float64 { return r.Size() }

func (*endless) CreateTracker(r offsetrange.Restriction) *sdf.LockRTracker {
	return sdf.NewLockRTracker(offsetrange.NewTracker(r))
}

func (*endless) ProcessElement(_ *sdf.LockRTracker, _ []byte, _ func(string)) sdf.ProcessContinuation {
	return sdf.ResumeProcessingIn(time.Second)
}
