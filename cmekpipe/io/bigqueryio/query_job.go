package bigqueryio

import (
	"context"

	"cloud.google.com/go/bigquery"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr/bqerr"
)

// execute runs the query into its table. It runs once, however often it is called for a token: the job's id follows
// from the token. A job that failed for a transient reason has left nothing and is followed by another.
func (f *queryFn) execute(ctx context.Context, result cmekpipe.BigQueryTable, token string) error {
	j := &job{client: f.client, table: result, run: run{ID: token, Location: f.Location}, kind: "query",
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
	var last error
	for attempt := range jobAttempts {
		made, err := j.enqueue(ctx, attempt)
		if err != nil {
			return f.failure(err)
		}
		fault, err := j.await(ctx, made)
		if err != nil {
			f.cancel(ctx, made)
			return f.failure(err)
		}
		if fault == nil {
			return nil
		}
		last = f.failure(fault)
		if !bqerr.ReasonTransient(fault.Reason) {
			return last
		}
	}
	return last
}

// cancel tries to stop a job whose result is no longer needed.
func (f *queryFn) cancel(ctx context.Context, made *bigquery.Job) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), farewellTime)
	defer cancel()
	_ = made.Cancel(ctx)
}
