package launch

import (
	"context"
	"encoding/json"
	"time"

	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/jobs"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/journal"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/session"
)

// Orphan is a job of an earlier launch from the same staging location that was killed, or lost its services, before it
// could prove the job's key. This launch has done that, or cancelled the job.
type Orphan struct {
	// Job is the job as it was left. Its Key is the one that it was to rest under.
	Job Job
	// Fault is why the job's key, or its place, could not be proven. Unless the job had ended by itself it was cancelled.
	// Nil says that the key is proven, and that the job was left alone.
	Fault error
	// Undecided says that the job is one of a Flex Template whose launcher has not decided its key yet. It was left alone,
	// and the next launch looks at it again.
	Undecided bool
}

// String says what was found and done in one line.
func (o *Orphan) String() string {
	return (&journal.Orphan{
		Entry:     &journal.Entry{Record: journal.Record{Name: o.Job.Name, Project: o.Job.Project, Region: o.Job.Region, Key: o.Job.Key}},
		Recovered: &jobs.Recovered{ID: o.Job.ID, State: o.Job.State, Fault: o.Fault, Undecided: o.Undecided},
	}).String()
}

// found passes on an orphan.
func (l *launcher) found(o *journal.Orphan) {
	l.result.Orphans = append(l.result.Orphans, Orphan{Fault: o.Fault, Undecided: o.Undecided, Job: Job{
		ID: o.ID, Name: o.Name, Project: o.Project, Region: o.Region, Key: o.Key, State: o.State,
	}})
}

// recover finds what earlier launches left behind, and refuses to double the job that one of them started.
func (l *launcher) recover(ctx context.Context, s *session.Services) error {
	l.session = session.NewSession(s, l.found)
	return l.session.Recover(ctx)
}

// begin writes the record of this launch, unless it would double an orphan whose name nobody chose.
func (l *launcher) begin(ctx context.Context, p *plan) (*journal.Entry, error) {
	mine := l.session.Record()
	mine.Name, mine.Request, mine.Replaces, mine.Began = p.job.Name, p.job.ClientRequestId, p.job.ReplaceJobId, time.Now()
	mine.Pipeline = pipelineHash(p.job.Environment.SdkPipelineOptions)
	return l.session.Begin(ctx, mine)
}

// pipelineHash takes the hash of the staged pipeline out of the job's options. It stands for the worker too, whose hash
// is in the pipeline.
func pipelineHash(options []byte) string {
	var read struct {
		Options struct {
			Hash string `json:"pipelineProtoHash"`
		} `json:"options"`
	}
	_ = json.Unmarshal(options, &read) // Beam wrote them; without a hash no pipeline is the same
	return read.Options.Hash
}
