package launch

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflowjob"
	"github.com/cmekpipe/cmekpipe-go/internal/staging"
	"github.com/cmekpipe/cmekpipe-go/internal/unfinished"
)

// Orphan is a job of an earlier launch from the same staging location that was killed, or lost its services, before it
// could prove the job's key. This launch has done that, or cancelled the job.
type Orphan struct {
	// Job is the job as it was left. Its Key is the one that it was to rest under.
	Job Job
	// Fault is why the job's key, or its place, could not be proven. Unless the job had ended by itself it was cancelled.
	// Nil says that the key is proven, and that the job was left alone.
	Fault error
}

// String says what was found and done in one line.
func (o *Orphan) String() string {
	found := "job " + o.Job.String() + " of a launch that did not finish "
	if o.Fault != nil {
		return found + "is now " + o.Job.State + ", because its key could not be proven: " + o.Fault.Error()
	}
	return found + "is " + o.Job.State + " and rests under " + o.Job.Key.String() + "; it was left alone"
}

// record is this launch as the next one finds it.
func (l *launcher) record() unfinished.Record {
	return unfinished.Record{
		Name: l.opts.Config().JobName, Named: l.opts.Config().JobName != "",
		Project: l.opts.Project(), Region: l.opts.Region(), Key: l.opts.Key(),
	}
}

// recover finds what earlier launches left behind, and refuses to double the job that one of them started.
func (l *launcher) recover(ctx context.Context, c *clients) error {
	defer l.progress.Step("looking for jobs of launches that did not finish")()
	log := &unfinished.Log{Jobs: *c.jobs, Logger: l.logger, Staging: staging.Area{Op: op, Client: c.storage,
		Location: l.opts.Config().StagingLocation, Key: l.opts.Key(), Pace: l.pace, Progress: l.progress}}
	l.unfinished = log
	var err error
	l.recovery, err = log.Recover(ctx, l.record())
	l.report(ctx)
	if err != nil || l.opts.Config().Update {
		return err
	}
	return l.double(unfinished.Record.SameJob, l.record(), "wait for its end or cancel it, then launch again")
}

// report tells of the orphans that were not told of yet.
func (l *launcher) report(ctx context.Context) {
	for _, o := range l.recovery.Orphans[len(l.result.Orphans):] {
		orphan := Orphan{Fault: o.Fault, Job: Job{
			ID: o.ID, Name: o.Name, Project: o.Project, Region: o.Region, Key: o.Key, State: o.State,
		}}
		l.result.Orphans = append(l.result.Orphans, orphan)
		l.progress.Say("%s", orphan.String())
		if o.Fault != nil {
			l.logger.WarnContext(ctx, "cmekpipe: a job of a launch that did not finish was not proven to rest under its key",
				"job", orphan.Job.String(), "state", o.State, "code", string(cmekpipe.CodeOf(o.Fault)))
		}
	}
}

// double refuses to start a job beside an orphan, or after one that ran to its end, that does the same under its key.
func (l *launcher) double(same func(a, b unfinished.Record) bool, mine unfinished.Record, hint string) error {
	for i, o := range l.recovery.Orphans {
		if o.Fault != nil || !same(o.Record, mine) || dataflowjob.Ended(o.State) && o.State != dataflowjob.Done {
			continue
		}
		if o.State == dataflowjob.Done {
			hint = "look at what it wrote; to run it once more, launch again"
		}
		return &cmekpipe.Error{Op: op, Code: cmekpipe.AlreadyExists, Resource: l.result.Orphans[i].Job.String(), Hint: hint,
			Err: errors.New("got a job of a launch that did not finish, in " + o.State + " under key " + o.Key.String() +
				"; this launch, under " + mine.Key.String() + ", would do the same twice")}
	}
	return nil
}

// begin writes the record of this launch, unless it would double an orphan whose name nobody chose.
func (l *launcher) begin(ctx context.Context, p *plan) (*unfinished.Entry, error) {
	mine := l.record()
	mine.Name, mine.Request, mine.Replaces, mine.Began = p.job.Name, p.job.ClientRequestId, p.job.ReplaceJobId, time.Now()
	mine.Pipeline = pipelineHash(p.job.Environment.SdkPipelineOptions)
	err := l.recovery.Await(ctx, mine)
	l.report(ctx)
	if err != nil {
		return nil, err
	}
	if err := l.double(unfinished.Record.SamePipeline, mine,
		"wait for its end or cancel it, then launch again; to run another beside it, set job_name"); err != nil {
		return nil, err
	}
	return l.unfinished.Begin(ctx, mine)
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
