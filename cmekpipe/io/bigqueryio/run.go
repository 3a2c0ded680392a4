package bigqueryio

import (
	"cloud.google.com/go/bigquery"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// run is what one run of a Write has found or made before the first row is written. It reaches the workers as a side
// input, so that no row is written before, and is the same for all attempts of all bundles. It travels in Beam's row
// coder.
type run struct {
	// ID tells this run from others of the same pipeline.
	ID string
	// Target is the table that rows are written to: the destination, or a temporary table beside it.
	Target string
	// Location is the dataset's.
	Location string
	// Disposition says what is to be done with a temporary table.
	Disposition string
	// Fresh tells that the target was made by this run, so that BigQuery may not know it everywhere yet.
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
