package bigqueryio

import (
	"context"
	"errors"
	"fmt"

	"cloud.google.com/go/bigquery"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr/bqerr"
)

// job describes the query's job, whose id follows from the token: all attempts of all workers mean the same job.
func (f *queryFn) job(result cmekpipe.BigQueryTable, token string) *job {
	return &job{client: f.client, table: result, run: run{ID: token, Location: f.Location}, kind: "query",
		start: func(ctx context.Context, id bigquery.JobIDConfig) (*bigquery.Job, error) {
			q, err := f.newQuery()
			if err != nil {
				return nil, err
			}
			q.JobIDConfig = id
			q.Dst = handle(f.client, result)
			q.CreateDisposition, q.WriteDisposition = bigquery.CreateIfNeeded, bigquery.WriteTruncate
			q.Labels = map[string]string{"cmekpipe": "query"}
			return q.Run(ctx)
		}}
}

// execute runs the query into its table, unless an earlier attempt did, and checks the result's key. A job that failed
// for a transient reason has left nothing and is followed by another; so is one whose result has expired. An attempt never
// cancels a job and never deletes a result: another attempt may read it.
func (f *queryFn) execute(ctx context.Context, result cmekpipe.BigQueryTable, token string) error {
	j := f.job(result, token)
	existed := true // the dataset
	var last error
	for attempt := range jobAttempts {
		made, err := j.find(ctx, attempt, callPolicy())
		if gcperr.IsNotFound(err) {
			if attempt == 0 {
				if existed, err = f.begin(ctx, result, token); err != nil {
					return err
				}
			}
			made, err = j.enqueue(ctx, attempt)
		}
		if err != nil {
			return f.failure(err)
		}
		fault, err := j.await(ctx, made)
		switch {
		case err != nil:
			return f.failure(err)
		case fault == nil:
			last = f.checkResult(ctx, result)
			if !errors.Is(last, cmekpipe.NotFound) {
				return last
			}
			if err := f.requireDataset(ctx, token, existed); err != nil {
				return err
			}
		case bqerr.ReasonTransient(fault.Reason):
			last = f.failure(fault)
		default:
			f.removeEmpty(ctx, token)
			return f.failure(fault)
		}
	}
	return last
}

// begin validates the query and creates the dataset for its result. It reports whether the dataset existed.
func (f *queryFn) begin(ctx context.Context, result cmekpipe.BigQueryTable, token string) (existed bool, err error) {
	if err := f.validate(ctx); err != nil {
		return false, err
	}
	return f.makeDataset(ctx, result, token)
}

// requireDataset returns an error if the dataset of a result that is missing was removed, as it is when the result was
// read. Only in a dataset that is still there has the result expired.
func (f *queryFn) requireDataset(ctx context.Context, token string, existed bool) error {
	name := f.Dest.Project() + "." + datasetOf(token)
	if existed {
		if _, err := f.dataset(ctx, token, callPolicy()); !gcperr.IsNotFound(err) {
			return gcperr.Wrap(opQuery, name, f.Dest.Key(), err)
		}
	}
	f.removeEmpty(ctx, token)
	return &cmekpipe.Error{Op: opQuery, Code: cmekpipe.NotFound, Resource: name,
		Hint: "keep datasets with the label cmekpipe:temporary until their pipeline has ended, and launch this one again",
		Err:  fmt.Errorf("got no dataset for the result of query job %s, which was removed", f.job(cmekpipe.BigQueryTable{}, token).id(0))}
}
