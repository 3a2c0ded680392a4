package bigqueryio

import (
	"context"
	"fmt"

	"cloud.google.com/go/bigquery"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/explain"
	"github.com/cmekpipe/cmekpipe-go/internal/retry"
)

// publication copies the rows of a temporary table to the destination, atomically for readers.
type publication struct {
	client *bigquery.Client
	table  cmekpipe.BigQueryTable
	run    run
	temp   cmekpipe.BigQueryTable
	rows   int64
}

func (p *publication) job() *job {
	return &job{client: p.client, table: p.table, run: p.run, kind: "copy",
		start: func(ctx context.Context, id bigquery.JobIDConfig) (*bigquery.Job, error) {
			copier := handle(p.client, p.table).CopierFrom(handle(p.client, p.temp))
			copier.JobIDConfig = id
			copier.CreateDisposition = bigquery.CreateNever
			copier.WriteDisposition = bigquery.TableWriteDisposition(p.run.Disposition)
			copier.DestinationEncryptionConfig = encryption(p.table)
			return copier.Run(ctx)
		}}
}

// isDone reports whether an earlier attempt published the rows; if so, it removes the temporary table.
func (p *publication) isDone(ctx context.Context) (bool, error) {
	done, err := p.job().isDone(ctx)
	if !done || err != nil {
		return done, err
	}
	return true, remove(ctx, p.client, p.temp)
}

// publish copies the temporary table when all rows are in it.
func (p *publication) publish(ctx context.Context) error {
	if err := checkTable(ctx, p.client, p.table, false); err != nil {
		return err
	}
	if err := p.awaitRows(ctx); err != nil {
		return err
	}
	if err := p.job().finish(ctx); err != nil {
		return err
	}
	if err := checkTable(ctx, p.client, p.table, false); err != nil {
		return err
	}
	return remove(ctx, p.client, p.temp)
}

const errRowsMissing sentinel = "got fewer rows in the temporary table than were written"

// awaitRows waits until the temporary table has all rows where a copy job finds them, and not in a buffer.
func (p *publication) awaitRows(ctx context.Context) error {
	for attempts := callPolicy().Start(); ; {
		meta, err := metadata(ctx, p.client, p.temp, false)
		if err != nil {
			return err
		}
		if meta.NumRows == uint64(p.rows) && meta.StreamingBuffer == nil {
			return nil
		}
		if !attempts.Again(ctx, errRowsMissing) {
			return retry.Err(ctx, &cmekpipe.Error{Op: opWrite, Code: cmekpipe.Unavailable, Resource: p.temp.String(),
				Hint: "the destination was not changed; " + explain.Remedy(explain.Case{Code: cmekpipe.Unavailable, Resource: p.table.String()}),
				Err:  fmt.Errorf("%w: %d of %d", errRowsMissing, meta.NumRows, p.rows)})
		}
	}
}
