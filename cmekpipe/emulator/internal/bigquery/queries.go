package bigquery

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"

	raw "google.golang.org/api/bigquery/v2"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/bigquery/codec"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/bigquery/sql"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/bigquery/store"
)

// anonymousLife is how long the result of a query is kept that names no table for it. Source:
// https://docs.cloud.google.com/bigquery/docs/cached-results.
const anonymousLife = 24 * time.Hour

// runQuery plans a query, checks the table of its result, and runs it unless it is a dry run.
func runQuery(ctx context.Context, r *running) error {
	config := r.Configuration.Query
	if len(config.SchemaUpdateOptions) > 0 {
		return store.Refuse(store.Unsupported, "The loopback BigQuery has no schemaUpdateOptions.")
	}
	plan, err := r.plan(ctx, query{project: r.JobReference.ProjectId, config: config})
	if err != nil {
		return err
	}
	r.Configuration.JobType = "QUERY"
	config.QueryParameters = shownParameters(config.QueryParameters)
	r.Statistics.Query = &raw.JobStatistics2{StatementType: plan.kind, Schema: store.Schema(plan.columns)}
	for _, t := range plan.tables {
		r.Statistics.Query.ReferencedTables = append(r.Statistics.Query.ReferencedTables,
			&raw.TableReference{ProjectId: t.Project, DatasetId: t.Dataset, TableId: t.Table})
		if err := r.settle(t.In()); err != nil {
			return err
		}
		if read, err := r.store.Read(t); err != nil {
			return err
		} else {
			r.Statistics.TotalBytesProcessed += read.Bytes
		}
	}
	if err := r.allow(config.DestinationEncryptionConfiguration); err != nil {
		return err
	}
	if plan.columns == nil { // a statement without a result
		if r.Configuration.DryRun {
			return nil
		}
		_, err := plan.run(ctx)
		return err
	}
	return r.storeResult(ctx, plan)
}

// storeResult runs a planned query and writes its rows to the table that the job names, or to an anonymous one.
func (r *running) storeResult(ctx context.Context, plan *statement) error {
	o, err := r.outcome(plan.columns)
	if err != nil {
		return err
	}
	if err := r.store.Check(o); err != nil || r.Configuration.DryRun {
		return err
	}
	rows, err := plan.run(ctx)
	if err != nil {
		return err
	}
	o.Rows = withoutNullArrays(plan.columns, rows)
	if _, err := r.store.Commit(o); err != nil {
		return err
	}
	r.result = &o.Ref
	return nil
}

// outcome returns the table that the result is written to, and how.
func (r *running) outcome(columns []sql.Field) (o store.Outcome, err error) {
	config := r.Configuration.Query
	o.Method = r.method
	o.Attrs = raw.Table{
		Schema: store.Schema(columns), EncryptionConfiguration: config.DestinationEncryptionConfiguration,
		TimePartitioning: config.TimePartitioning, RangePartitioning: config.RangePartitioning, Clustering: config.Clustering,
	}
	if config.DestinationTable != nil {
		if o.Ref, err = r.target(config.DestinationTable, "destinationTable"); err != nil {
			return o, err
		}
		if o.Disposition, err = disposition(config.CreateDisposition, config.WriteDisposition, "WRITE_EMPTY"); err != nil {
			return o, err
		}
		o.Convert = func(t *store.Table, rows []store.Row) ([]store.Row, error) {
			if err := keepsModes(columns, t, o.Write); err != nil {
				return nil, err
			}
			return fit(columns, t, rows)
		}
		return o, r.settle(o.Ref.In())
	}
	if r.JobReference.Location == "" {
		r.JobReference.Location = "US"
	}
	if config.DefaultDataset != nil && config.DefaultDataset.DatasetId != "" {
		if err := r.settle(r.defaultDataset()); err != nil {
			return o, err
		}
	}
	return r.anonymous(o)
}

// keepsModes refuses to add the result of a query, whose columns are never required, to a table with required columns.
func keepsModes(columns []sql.Field, t *store.Table, write string) error {
	if write == "WRITE_TRUNCATE_DATA" {
		return nil
	}
	at, err := store.Match(columns, t)
	if err != nil {
		return err
	}
	for i, c := range t.Columns {
		if c.Required && (at[i] < 0 || !columns[at[i]].Required) {
			return store.Refuse(store.Invalid, "Provided Schema does not match Table %s:%s.%s. Field %s has changed mode from "+
				"REQUIRED to NULLABLE", t.Ref.Project, t.Ref.Dataset, t.Ref.Table, c.Name)
		}
	}
	return nil
}

func (r *running) defaultDataset() store.DatasetRef {
	d := r.Configuration.Query.DefaultDataset
	ref := store.DatasetRef{Project: d.ProjectId, Dataset: d.DatasetId}
	if ref.Project == "" {
		ref.Project = r.JobReference.ProjectId
	}
	return ref
}

// anonymous names a table for a result that has none, in the project's hidden dataset of the job's location.
func (r *running) anonymous(o store.Outcome) (store.Outcome, error) {
	project, place := r.JobReference.ProjectId, r.JobReference.Location
	sum := sha256.Sum256([]byte(project + "/" + strings.ToLower(place)))
	ref := store.DatasetRef{Project: project, Dataset: "_" + hex.EncodeToString(sum[:20])}
	if err := r.store.Hide(ref, place); err != nil {
		return o, err
	}
	o.Ref = store.TableRef{Project: project, Dataset: ref.Dataset, Table: "anon" + strings.TrimPrefix(randomID(), "job_")}
	o.Attrs.ExpirationTime = r.env.Now().Add(anonymousLife).UnixMilli()
	o.Disposition = store.Disposition{Write: "WRITE_EMPTY"}
	if !r.Configuration.DryRun {
		r.Configuration.Query.DestinationTable = &raw.TableReference{
			ProjectId: project, DatasetId: ref.Dataset, TableId: o.Ref.Table,
		}
	}
	return o, nil
}

// fit arranges rows for a table by the names of its columns.
func fit(columns []sql.Field, t *store.Table, rows []store.Row) ([]store.Row, error) {
	at, err := store.Match(columns, t)
	if err != nil {
		return nil, err
	}
	fitted := make([]store.Row, len(rows))
	for i, row := range rows {
		fitted[i] = make(store.Row, len(t.Columns))
		for j, from := range at {
			switch {
			case from >= 0:
				fitted[i][j] = row[from]
			case t.Columns[j].Type.Array:
				fitted[i][j] = []sql.Value{}
			}
			if fitted[i][j] == nil && t.Columns[j].Required {
				return nil, store.Refuse(store.Invalid, "Required field %s cannot be null", t.Columns[j].Name)
			}
		}
	}
	return fitted, nil
}

// query serves jobs.query: it runs a job and answers with its first rows.
func (s *Server) query(c *call) (any, error) {
	var q raw.QueryRequest
	var sent struct{ QueryParameters []sentParameter }
	body, err := c.body()
	if err == nil {
		err = errors.Join(decodeJSON(body, &q), decodeJSON(body, &sent))
	}
	if err != nil {
		return nil, err
	}
	markNulls(q.QueryParameters, sent.QueryParameters)
	done, err := s.runJob(c, jobOf(&q))
	if err != nil {
		return nil, err
	}
	if q.FormatOptions != nil && q.FormatOptions.UseInt64Timestamp {
		c.query.Set("formatOptions.useInt64Timestamp", "true")
	}
	if q.MaxResults > 0 {
		c.query.Set("maxResults", strconv.FormatInt(q.MaxResults, 10))
	}
	return s.answerQuery(c, done, "bigquery#queryResponse")
}

// jobOf is the job that a call of jobs.query stands for.
func jobOf(q *raw.QueryRequest) *raw.Job {
	return &raw.Job{
		JobReference: &raw.JobReference{Location: q.Location},
		Configuration: &raw.JobConfiguration{DryRun: q.DryRun, Labels: q.Labels, Query: &raw.JobConfigurationQuery{
			Query: q.Query, DefaultDataset: q.DefaultDataset, UseLegacySql: q.UseLegacySql, ParameterMode: q.ParameterMode,
			QueryParameters: q.QueryParameters, MaximumBytesBilled: q.MaximumBytesBilled, UseQueryCache: q.UseQueryCache,
			CreateSession: q.CreateSession, ConnectionProperties: q.ConnectionProperties,
			DestinationEncryptionConfiguration: q.DestinationEncryptionConfiguration,
		}},
	}
}

func (s *Server) queryResults(c *call) (any, error) {
	found, err := s.jobs.find(c)
	if err != nil {
		return nil, err
	}
	if found.Configuration.Query == nil {
		return nil, store.Refuse(store.Invalid, "Cannot getQueryResults for a job that is no query.")
	}
	return s.answerQuery(c, found, "bigquery#getQueryResultsResponse")
}

// answerQuery answers with rows of a query's result, which a job that failed does not have.
func (s *Server) answerQuery(c *call, j *job, kind string) (any, error) {
	if err := j.failure(); err != nil {
		return nil, err
	}
	answer := map[string]any{
		"kind": kind, "jobReference": j.JobReference, "jobComplete": true, "cacheHit": false,
		"totalBytesProcessed": strconv.FormatInt(j.Statistics.TotalBytesProcessed, 10),
		"schema":              j.Statistics.Query.Schema,
	}
	if j.result == nil {
		return answer, nil
	}
	t, err := s.store.Read(*j.result)
	if err != nil {
		return nil, err
	}
	rows, next, err := rowPage(c, codec.NewShape(t.Columns), t.Rows)
	if err != nil {
		return nil, err
	}
	answer["totalRows"] = strconv.Itoa(len(t.Rows))
	if rows != nil {
		answer["rows"] = json.RawMessage(rows)
	}
	if next != "" {
		answer["pageToken"] = next
	}
	return answer, nil
}
