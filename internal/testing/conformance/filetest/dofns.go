package filetest

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

// dropAll returns an empty collection.
func dropAll(string, func(string)) {}

// Count creates n lines in the pipeline.
func Count(s beam.Scope, n int) beam.PCollection { return beam.ParDo(s, countUp, beam.Create(s, n)) }

func countUp(n int, emit func(string)) {
	for i := range n {
		emit(fmt.Sprintf("%08d", i))
	}
}

// BySecond gives line n the timestamp n seconds after the epoch.
func BySecond(s beam.Scope, lines beam.PCollection) beam.PCollection {
	return beam.ParDo(s, bySecond, lines)
}

func bySecond(line string) (beam.EventTime, string) {
	n, err := strconv.Atoi(line)
	if err != nil {
		panic(err)
	}
	return mtime.FromTime(time.Unix(int64(n), 0)), line
}

// onLine holds the functions of triggerFn. Prism's workers run in this process, so a test can act during a pipeline.
var onLine atomic.Pointer[func(line string) error]

// OnLine calls do for each line and then emits it.
func OnLine(s beam.Scope, lines beam.PCollection, do func(line string) error) beam.PCollection {
	onLine.Store(&do)
	return beam.ParDo(s, &triggerFn{}, lines)
}

type triggerFn struct{}

func (triggerFn) ProcessElement(_ context.Context, line string, emit func(string)) error {
	if err := (*onLine.Load())(line); err != nil {
		return err
	}
	emit(line)
	return nil
}

// Endless is an unbounded source. It is only for pipelines that are not run.
func Endless(s beam.Scope) beam.PCollection { return beam.ParDo(s, &endless{}, beam.Impulse(s)) }

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
