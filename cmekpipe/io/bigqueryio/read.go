package bigqueryio

import (
	"reflect"
	"strings"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

const opRead = "bigqueryio.Read"

// ReadOption changes how [Read] reads.
type ReadOption func(*readOptions)

type readOptions struct {
	filter     string
	maxStreams int
}

// WithRowFilter makes BigQuery return only the rows for which a GoogleSQL condition holds, such as "balance > 0 AND branch =
// 'Bonn'". The condition is part of the job's graph, which no key of yours encrypts; no error contains it. Default: all rows.
//
// Source: field row_restriction of the Storage Read API.
func WithRowFilter(condition string) ReadOption { return func(o *readOptions) { o.filter = condition } }

// WithMaxStreams sets the maximum number of parallel readers, from 1 to 1,000. Default: BigQuery chooses by the size of the
// table.
func WithMaxStreams(n int) ReadOption { return func(o *readOptions) { o.maxStreams = n } }

// Read reads a table, "project:dataset.table" or "project.dataset.table", as a PCollection<t>. It requests only the columns
// that the exported fields of the struct t name, by their "bigquery" tags; a field whose column is missing or of another
// type fails the pipeline before a row is emitted. Fields have the types that package cloud.google.com/go/bigquery reads
// columns into: a nullable column requires a type such as [bigquery.NullString].
//
// Where Beam's Read copies the table to an anonymous one, Read uses the Storage Read API, which stores nothing: workers read
// streams of one session in parallel, as the table was when the session began. The project pays for it; workers need
// bigquery.readsessions.create there and bigquery.tables.getData on the table. An interrupted stream resumes where it
// stopped.
//
// A read session lives six hours. A stream that a worker begins or resumes later fails, with PreconditionFailed or NotFound,
// in every attempt. If the steps behind Read need longer for the table, put a beam.Reshuffle between, so that workers don't
// hold streams open while they process rows.
//
// Read panics with a [*cmekpipe.Error] when the pipeline is built: for a malformed table name (InvalidName) and for a type
// that can't hold rows or an option out of range (InvalidOptions).
func Read(s beam.Scope, project, table string, t reflect.Type, opts ...ReadOption) beam.PCollection {
	var o readOptions
	for _, opt := range opts {
		opt(&o)
	}
	name := must(parseTable(table))
	must0(checkProject(opRead, project))
	must0(checkReadType(opRead, name.String(), t))
	if o.maxStreams < 0 || o.maxStreams > maxReadStreams {
		must0(invalid(opRead, name.String(), "got a number of streams out of range", "use bigqueryio.WithMaxStreams with 1 to 1000"))
	}
	s = s.Scope(opRead)
	streams := beam.ParDo(s, &sessionFn{
		Project: project, Table: name, Type: beam.EncodedType{T: t}, Filter: o.filter, MaxStreams: o.maxStreams,
	}, beam.Impulse(s))
	rows, _ := readStreams(s, streams, streamFn{Op: opRead, Table: name.String(), Type: beam.EncodedType{T: t}})
	return rows
}

// readStreams reads the streams on all workers. The second collection has an entry for each stream that was read.
func readStreams(s beam.Scope, streams beam.PCollection, f streamFn) (rows, done beam.PCollection) {
	return beam.ParDo2(s, &f, beam.Reshuffle(s, streams), beam.TypeDefinition{Var: beam.XType, T: f.Type.T})
}

// tableName names a table that is only read and so needs no key.
type tableName struct{ Project, Dataset, Table string }

// String returns "project.dataset.table".
func (t tableName) String() string { return t.Project + "." + t.Dataset + "." + t.Table }

// path names a table as the Storage API does.
func (t tableName) path() string {
	return "projects/" + t.Project + "/datasets/" + t.Dataset + "/tables/" + t.Table
}

func parseTable(name string) (tableName, error) {
	dot := strings.LastIndexByte(name, '.')
	separator := strings.LastIndexAny(name[:max(dot, 0)], ".:")
	if separator <= 0 || separator+1 == dot || dot+1 == len(name) || strings.ContainsAny(name, "/`[]*$@") {
		return tableName{}, fail(opRead, cmekpipe.InvalidName, name, "got a malformed table name",
			"use PROJECT.DATASET.TABLE, without a decorator or wildcard")
	}
	return tableName{name[:separator], name[separator+1 : dot], name[dot+1:]}, nil
}
