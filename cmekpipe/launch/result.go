package launch

import (
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/metrics"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/guard"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/job"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/plan"
)

// Result describes a launch: what guard found, the plan, the job, the jobs of earlier launches, and metrics. The launches of
// package template return one too.
type Result struct {
	// Coverage is what guard found in the pipeline; nil if the launch was refused before the inspection, and for a template.
	Coverage *guard.Coverage
	// Plan is what the launch did or was to do, which package verify compares with what exists; nil if Coverage is.
	Plan *plan.Plan
	// Job is the job on Dataflow, for [Watch], [Drain] and [Cancel]. It is nil on other runners, after a dry run, and as long as
	// no job runs with the key.
	Job *job.Job
	// Template is the gs:// URL of the classic template that was staged instead of submitting a job, or of the template that
	// was launched; "" without one.
	Template string
	// Orphans are the jobs of earlier launches that were killed before they had checked the key.
	Orphans []job.Orphan
	// Metrics are the pipeline's own counters and distributions, of a job that failed too; empty for a job that Run did not
	// wait for.
	Metrics metrics.Results
}
