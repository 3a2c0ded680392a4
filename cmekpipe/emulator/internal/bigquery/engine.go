package bigquery

import (
	"context"

	raw "google.golang.org/api/bigquery/v2"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/bigquery/sql"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/bigquery/store"
)

// query is a query that a job is to run.
type query struct {
	// project is the job's.
	project string
	// config has the text, the parameters and the default dataset. Where the result goes is the job's affair.
	config *raw.JobConfigurationQuery
}

// statement is a query that was understood and not run yet. A dry run needs no more.
type statement struct {
	// kind is the statementType of a job's statistics: "SELECT".
	kind string
	// columns are those of the result.
	columns []sql.Field
	// tables are what it reads.
	tables []store.TableRef
	// run gives the rows. It is called once at most.
	run func(context.Context) ([]store.Row, error)
}
