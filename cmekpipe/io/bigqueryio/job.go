package bigqueryio

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"cloud.google.com/go/bigquery"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr/bqerr"
	"github.com/cmekpipe/cmekpipe-go/internal/retry"
)

// jobAttempts is how many jobs are created for a step whose jobs fail for a transient reason.
const jobAttempts = 4

// job is a job that runs once, however often the step that makes it is repeated, because its id is always the
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
		if !bqerr.ReasonTransient(fault.Reason) {
			return last
		}
	}
	return last
}

// isDone reports whether an earlier attempt of the step finished the job.
func (j *job) isDone(ctx context.Context) (bool, error) {
	for attempt := range jobAttempts {
		made, err := j.find(ctx, attempt, callPolicy())
		if gcperr.IsNotFound(err) {
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
	err = retry.Do(ctx, callPolicy(), func(ctx context.Context) error {
		made, err = j.start(ctx, bigquery.JobIDConfig{JobID: j.id(attempt), Location: j.run.Location})
		return err
	})
	if err != nil && gcperr.Code(err) == cmekpipe.AlreadyExists {
		return j.find(ctx, attempt, newTablePolicy(true)) // it exists, even if not every server knows it yet
	}
	return made, err
}

func (j *job) find(ctx context.Context, attempt int, p retry.Policy) (made *bigquery.Job, err error) {
	err = retry.Do(ctx, p, func(ctx context.Context) error {
		made, err = j.client.JobFromIDLocation(ctx, j.id(attempt), j.run.Location)
		return err
	})
	return made, err
}

// await polls until the job has ended, and returns why it failed if it did.
func (j *job) await(ctx context.Context, made *bigquery.Job) (*bigquery.Error, error) {
	for n := 0; ; n++ {
		var status *bigquery.JobStatus
		err := retry.Do(ctx, callPolicy(), func(ctx context.Context) (err error) {
			status, err = made.Status(ctx)
			return err
		})
		if err != nil {
			return nil, err
		}
		if status.Done() {
			return fault(status.Err()), nil
		}
		if err := jobPolicy().Wait(ctx, n); err != nil {
			return nil, err
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
	return &cmekpipe.Error{Op: opWrite, Code: bqerr.JobCode(e), Resource: j.table.String(),
		Hint: "the table was not changed; read the job's errors: bq show --format=prettyjson -j " + j.table.Project() + ":" + j.run.Location + ".JOB, with JOB from bq ls -j",
		Err:  fmt.Errorf("got a failed %s job %s with reason %s", j.kind, j.run.ID, strconv.Quote(e.Reason))}
}
