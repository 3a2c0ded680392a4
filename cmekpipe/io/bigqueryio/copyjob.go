package bigqueryio

import (
	"context"
	"errors"
	"fmt"

	"cloud.google.com/go/bigquery"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/log"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/explain"
	"github.com/cmekpipe/cmekpipe-go/internal/retry"
)

// publication copies the rows of a temporary table to the destination, atomically for readers.
//
// Rows that the Storage Write API committed stay in write-optimized storage for up to 90 minutes, where copy jobs don't find
// them. A query does: it first writes such rows to a second temporary table, which keeps its schema
// (bigquery.WriteTruncateData), because the columns of a query's result are all nullable. The copy job then replaces, fills
// or extends the destination. Every job names the key.
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

// isDone reports whether an earlier attempt published the rows; if so, it removes the temporary tables.
func (p *publication) isDone(ctx context.Context) (bool, error) {
	done, err := p.job().isDone(ctx)
	if !done || err != nil {
		return done, err
	}
	settled, err := p.settledTable()
	if err != nil {
		return false, err
	}
	return true, p.tidy(ctx, settled, p.temp)
}

// tidy removes temporary tables when all rows are published. One that BigQuery refuses to remove is reported in the log: the
// write is complete, and a user who starts a failed job again would write its rows twice.
func (p *publication) tidy(ctx context.Context, tables ...cmekpipe.BigQueryTable) error {
	for _, table := range tables {
		err := remove(ctx, p.client, table)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			log.Warnf(ctx, "%s: all rows of %s are written, but the temporary table %s, encrypted with the same key, is left until it expires: %v; delete it: bq rm -f -t %s:%s.%s",
				opWrite, p.table, table, err, table.Project(), table.Dataset(), table.ID())
		}
	}
	return nil
}

// settledTable is the second temporary table.
func (p *publication) settledTable() (cmekpipe.BigQueryTable, error) {
	t := p.temp
	return t.Key().BigQueryTable(t.Project() + "." + t.Dataset() + "." + t.ID() + "_settled")
}

// orDone returns nil instead of an error that an attempt got because another one has published the rows and removed the
// temporary tables meanwhile.
func (p *publication) orDone(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	if done, unknown := p.isDone(ctx); !done || unknown != nil {
		return err
	}
	return nil
}

// temporary reads the temporary table. It may be unknown for a while, but not if it is gone because its rows are published.
func (p *publication) temporary(ctx context.Context) (*bigquery.TableMetadata, error) {
	meta, err := metadata(ctx, p.client, p.temp, false)
	if !p.run.Fresh || !errors.Is(err, cmekpipe.NotFound) {
		return meta, err
	}
	if done, unknown := p.job().isDone(ctx); done || unknown != nil {
		return nil, err
	}
	return metadata(ctx, p.client, p.temp, true)
}

// publishSettled publishes rows that may be in write-optimized storage.
func (p *publication) publishSettled(ctx context.Context) error {
	settled, err := p.settledTable()
	if err != nil {
		return err
	}
	if err := p.settle(ctx, settled); err != nil {
		return err
	}
	second := *p
	second.temp = settled
	if err := second.publish(ctx); err != nil {
		return err
	}
	return p.tidy(ctx, p.temp)
}

// settle queries all rows of the temporary table into another one, which copy jobs can read.
func (p *publication) settle(ctx context.Context, to cmekpipe.BigQueryTable) error {
	meta, err := p.temporary(ctx)
	if err != nil {
		return err
	}
	if err := checkKey(p.temp, meta); err != nil {
		return err
	}
	if err := createLike(ctx, p.client, to, meta); err != nil {
		return err
	}
	j := &job{client: p.client, table: p.table, run: p.run, kind: "settle",
		start: func(ctx context.Context, id bigquery.JobIDConfig) (*bigquery.Job, error) {
			q := p.client.Query("SELECT * FROM `" + p.temp.String() + "`")
			q.JobIDConfig, q.Dst = id, handle(p.client, to)
			q.CreateDisposition, q.WriteDisposition = bigquery.CreateNever, bigquery.WriteTruncateData
			q.DestinationEncryptionConfig = encryption(to)
			q.DisableQueryCache = true
			return q.Run(ctx)
		}}
	return j.finish(ctx)
}

// publish copies the temporary table when all rows are in it.
func (p *publication) publish(ctx context.Context) error {
	meta, err := metadata(ctx, p.client, p.table, false)
	if err != nil {
		return err
	}
	if err := checkKey(p.table, meta); err != nil {
		return err
	}
	if bigquery.TableWriteDisposition(p.run.Disposition) == bigquery.WriteEmpty {
		if err := checkEmpty(p.table, meta); err != nil {
			return err
		}
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
	return p.tidy(ctx, p.temp)
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
		if done, unknown := p.job().isDone(ctx); done || unknown != nil { // by another attempt, which removed the rows
			return errors.Join(errRowsMissing, unknown)
		}
		if !attempts.Again(ctx, errRowsMissing) {
			return retry.Err(ctx, &cmekpipe.Error{Op: opWrite, Code: cmekpipe.Unavailable, Resource: p.temp.String(),
				Hint: "the destination was not changed; " + explain.Remedy(explain.Case{Code: cmekpipe.Unavailable, Resource: p.table.String()}),
				Err:  fmt.Errorf("%w: %d of %d", errRowsMissing, meta.NumRows, p.rows)})
		}
	}
}
