package bigquery

import (
	"context"
	"errors"
	"regexp"

	raw "google.golang.org/api/bigquery/v2"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/bigquery/sql"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/bigquery/store"
)

// plan prepares a query: one with a registered result, or a SELECT that package sql executes. It refuses everything else
// with a [*store.Error]: in BigQuery's own words where the job names a table or a key for the result, which BigQuery accepts
// for SELECTs only.
func (s *Server) plan(ctx context.Context, q query) (*statement, error) {
	if registered := s.results.of(q.config.Query); registered != nil {
		return registered, nil
	}
	text := q.config.Query
	if q.config.UseLegacySql == nil || *q.config.UseLegacySql {
		var ok bool
		if text, ok = fromLegacy(text); !ok {
			return nil, store.Refuse(store.Unsupported, "The loopback BigQuery executes no legacy SQL but "+
				"SELECT columns FROM [project:dataset.table]; set useLegacySql to false.")
		}
	}
	parsed, err := sql.Parse(text)
	if err != nil {
		return nil, queryRefusal(err)
	}
	if err := selectOnly(parsed.Kind(), q.config); err != nil {
		return nil, err
	}
	parameters, err := queryParameters(q.config)
	if err != nil {
		return nil, err
	}
	t := &queryTables{store: s.store, query: q}
	plan, err := parsed.Prepare(ctx, sql.Session{Catalog: t, Parameters: parameters, Now: s.env.Now()})
	if err != nil {
		return nil, queryRefusal(err)
	}
	return &statement{kind: parsed.Kind(), columns: plan.Columns(), tables: t.read, run: func(ctx context.Context) ([]store.Row, error) {
		rows, err := plan.Run(ctx)
		return rows, queryRefusal(err)
	}}, nil
}

// queryRefusal turns an error of package sql into one of the store's; it leaves others as they are.
func queryRefusal(err error) error {
	e, ok := errors.AsType[*sql.Error](err)
	switch {
	case !ok:
		return err
	case e.Unsupported:
		return store.Refuse(e.Reason, "%s; %s", e.Message, supplyRows)
	}
	return store.Refuse(e.Reason, "%s", e.Message)
}

// supplyRows is what a test does about a query that is not executed.
const supplyRows = "supply its rows with SetQueryResult of emulator.Cloud or cmektest.Cloud"

// selectOnly refuses settings of the result for statements that have none.
// Source: https://docs.cloud.google.com/bigquery/docs/customer-managed-encryption, which says that scripts can't have a
// destination table for CMEK.
func selectOnly(kind string, config *raw.JobConfigurationQuery) error {
	field, words := "", ""
	switch {
	case kind == sql.Select:
		return nil
	case config.DestinationEncryptionConfiguration != nil:
		field, words = "destinationEncryptionConfiguration", "kms key name"
	case config.DestinationTable != nil:
		field, words = "destinationTable", "destination table"
	}
	switch {
	case field == "":
		return store.Refuse(store.InvalidQuery, "the loopback BigQuery does not execute %s statements", kind)
	case kind == sql.Script:
		return store.Refuse(store.Invalid, "configuration.query.%s cannot be set for scripts", field)
	case sql.IsDML(kind):
		return store.Refuse(store.Invalid, "Cannot set %s in jobs with DML statements", words)
	}
	return store.Refuse(store.Invalid, "Cannot set %s in jobs with DDL statements", words)
}

var legacySelect = regexp.MustCompile(`(?is)^\s*SELECT\s+(\*|[\w\s,.]+?)\s+FROM\s+\[(?:([^\[\]:` + "`" + `]+):)?([^\[\]:.` + "`" + `]+)\.([^\[\]:.` + "`" + `]+)\]\s*$`)

// fromLegacy writes in GoogleSQL the one form of legacy SQL that means the same in it, which Beam's bigqueryio.Read sends.
func fromLegacy(text string) (string, bool) {
	m := legacySelect.FindStringSubmatch(text)
	if m == nil {
		return "", false
	}
	name := m[3] + "." + m[4]
	if m[2] != "" {
		name = m[2] + "." + name
	}
	return "SELECT " + m[1] + " FROM `" + name + "`", true
}

// queryTables finds the tables of one query and remembers them. It asks for no rows of a table whose key can't be used.
type queryTables struct {
	store *store.Store
	query query
	read  []store.TableRef
}

// Table finds a table. A name without a project means the job's, one without a dataset the default dataset.
func (t *queryTables) Table(_ context.Context, name sql.TableName) (sql.Table, error) {
	ref := store.TableRef{Project: name.Project, Dataset: name.Dataset, Table: name.Table}
	if d := t.query.config.DefaultDataset; ref.Dataset == "" && d != nil {
		ref.Project, ref.Dataset = d.ProjectId, d.DatasetId
	}
	if ref.Dataset == "" {
		return sql.Table{}, store.Refuse(store.Invalid, "Table %q must be qualified with a dataset (e.g. dataset.table).", name.Table)
	}
	if ref.Project == "" {
		ref.Project = t.query.project
	}
	found, err := t.store.Read(ref)
	if err != nil {
		return sql.Table{}, err
	}
	t.read = append(t.read, ref)
	return sql.Table{Columns: found.Columns, Rows: found.Rows}, nil
}
