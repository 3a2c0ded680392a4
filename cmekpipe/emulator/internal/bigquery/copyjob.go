package bigquery

import (
	"context"
	"slices"

	raw "google.golang.org/api/bigquery/v2"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/bigquery/store"
)

// copyTables copies one or more tables into one, without the rows that are in write-optimized storage. The encryption of what comes out is that of the call: where it names no
// key, the defaults decide, even where the sources have a key.
func copyTables(_ context.Context, r *running) error {
	config := r.Configuration.Copy
	r.Configuration.JobType = "COPY"
	if config.OperationType != "" && config.OperationType != "COPY" {
		return store.Refuse(store.Unsupported, "The loopback BigQuery has no copies of the type %s.", config.OperationType)
	}
	sources := config.SourceTables
	if config.SourceTable != nil {
		sources = append(slices.Clone(sources), config.SourceTable)
	}
	if len(sources) == 0 {
		return store.Refuse(store.Required, "Required parameter is missing: sourceTable")
	}
	o := store.Outcome{Copy: true}
	o.Method, o.Attrs.EncryptionConfiguration = r.method, config.DestinationEncryptionConfiguration
	var err error
	if o.Ref, err = r.target(config.DestinationTable, "destinationTable"); err != nil {
		return err
	}
	if o.Disposition, err = disposition(config.CreateDisposition, config.WriteDisposition, "WRITE_EMPTY"); err != nil {
		return err
	}
	if err := r.settle(o.Ref.In()); err != nil {
		return err
	}
	if err := r.allow(config.DestinationEncryptionConfiguration); err != nil {
		return err
	}
	if err := r.gather(sources, &o); err != nil {
		return err
	}
	if r.Configuration.DryRun {
		return r.store.Check(o)
	}
	_, err = r.store.Commit(o)
	return err
}

// gather reads the tables to copy into the outcome.
func (r *running) gather(sources []*raw.TableReference, o *store.Outcome) error {
	var first *store.Table
	for _, source := range sources {
		ref, err := r.target(source, "sourceTable")
		if err != nil {
			return err
		}
		if err := r.settle(ref.In()); err != nil {
			return err
		}
		t, err := r.store.Read(ref)
		if err != nil {
			return err
		}
		rows, _, _ := r.store.Optimized(t)
		if first == nil {
			first = t
			o.Attrs.Schema, o.Attrs.TimePartitioning = t.Attrs.Schema, t.Attrs.TimePartitioning
			o.Attrs.RangePartitioning, o.Attrs.Clustering = t.Attrs.RangePartitioning, t.Attrs.Clustering
		} else if rows, err = fit(t.Columns, first, rows); err != nil {
			return err
		}
		o.Rows = append(o.Rows[:len(o.Rows):len(o.Rows)], rows...)
	}
	o.Convert = func(t *store.Table, rows []store.Row) ([]store.Row, error) { return fit(first.Columns, t, rows) }
	return nil
}
