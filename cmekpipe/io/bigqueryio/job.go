package bigqueryio

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"cloud.google.com/go/bigquery"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
)

const (
	// jobAttempts is how many jobs are made for a step whose jobs fail for a passing reason.
	jobAttempts  = 4
	longestCheck = 5 * time.Second
)

// job is a job that takes effect once, however often the step that makes it is repeated, because its id is always the
// same. A job that failed has changed nothing; the next attempt has an id of its own.
type job struct {
	client *bigquery.Client
	table  cmekpipe.BigQueryTable
	run    run
	kind   string // part of the id
	start  func(context.Context, bigquery.JobIDConfig) (*bigquery.Job, error)
}

func (j *job) id(attempt int) string {
	return "cmekpipe_" + j.kind + "_" + j.run.ID + "_" + strconv.Itoa(attempt)
}

// finish makes the job, unless it was made already, and waits for its end.
func (j *job) finish(ctx context.Context) error {
	var last error
	for attempt := range jobAttempts {
		made, err := j.enqueue(ctx, attempt)
		if err != nil {
			return wrap(j.table, err)
		}
		fault, err := j.await(ctx, made)
		if fault == nil || err != nil {
			return wrap(j.table, err)
		}
		last = j.failure(fault)
		if !gcperr.BigQueryReasonTransient(fault.Reason) {
			return last
		}
	}
	return last
}

// isDone reports whether an earlier attempt of the step finished the job.
func (j *job) isDone(ctx context.Context) (bool, error) {
	for attempt := range jobAttempts {
		made, err := j.find(ctx, attempt)
		if isNotFound(err) {
			return false, nil
		}
		if err != nil {
			return false, wrap(j.table, err)
		}
		fault, err := j.await(ctx, made)
		if err != nil {
			return false, wrap(j.table, err)
		}
		if fault == nil {
			return true, nil
		}
	}
	return false, nil
}

func (j *job) enqueue(ctx context.Context, attempt int) (made *bigquery.Job, err error) {
	err = newPatience().try(ctx, func(ctx context.Context) error {
		made, err = j.start(ctx, bigquery.JobIDConfig{JobID: j.id(attempt), Location: j.run.Location})
		return err
	})
	if err != nil && gcperr.Code(err) == cmekpipe.AlreadyExists {
		return j.find(ctx, attempt)
	}
	return made, err
}

func (j *job) find(ctx context.Context, attempt int) (made *bigquery.Job, err error) {
	err = newPatience().try(ctx, func(ctx context.Context) error {
		made, err = j.client.JobFromIDLocation(ctx, j.id(attempt), j.run.Location)
		return err
	})
	return made, err
}

// await polls until the job has ended, and returns why it failed if it did.
func (j *job) await(ctx context.Context, made *bigquery.Job) (*bigquery.Error, error) {
	for pause := firstPause; ; pause = min(2*pause, longestCheck) {
		var status *bigquery.JobStatus
		err := newPatience().try(ctx, func(ctx context.Context) (err error) {
			status, err = made.Status(ctx)
			return err
		})
		if err != nil {
			return nil, err
		}
		if status.Done() {
			return fault(status.Err()), nil
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(pause):
		}
	}
}

func fault(err error) *bigquery.Error {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*bigquery.Error](err); ok {
		return e
	}
	return &bigquery.Error{Reason: "unknown"}
}

// failure leaves out BigQuery's message, which may quote the rows.
func (j *job) failure(e *bigquery.Error) error {
	return &cmekpipe.Error{Op: opWrite, Code: gcperr.BigQueryJobCode(e), Resource: j.table.String(),
		Hint: "the table was not changed; read the job's errors: bq show --format=prettyjson -j " + j.table.Project() + ":" + j.run.Location + ".JOB, with JOB from bq ls -j",
		Err:  fmt.Errorf("got a failed %s job %s with reason %s", j.kind, j.run.ID, strconv.Quote(e.Reason))}
}
