package bigqueryio

import (
	"cloud.google.com/go/bigquery"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// run describes one run of a Write, as prepared before the first row is written. It reaches the workers as a side
// input, so that no row is written before, and is the same for all attempts of all bundles. It travels in Beam's row
// coder.
type run struct {
	// ID tells this run from others of the same pipeline.
	ID string
	// Target is the table that rows are written to: the destination, or a temporary table in its dataset.
	Target string
	// Location is the dataset's.
	Location string
	// Disposition is the write disposition of the job that publishes the rows of a temporary table.
	Disposition string
	// Fresh is true if this run created the target, which parts of BigQuery may not know yet.
	Fresh bool
}

// isTemporary reports whether rows go through a temporary table.
func (r run) isTemporary(table cmekpipe.BigQueryTable) bool { return r.Target != table.ID() }

// target returns the table that rows are written to.
func (r run) target(table cmekpipe.BigQueryTable) (cmekpipe.BigQueryTable, error) {
	return table.Key().BigQueryTable(table.Project() + "." + table.Dataset() + "." + r.Target)
}

func handle(c *bigquery.Client, t cmekpipe.BigQueryTable) *bigquery.Table {
	return c.DatasetInProject(t.Project(), t.Dataset()).Table(t.ID())
}
