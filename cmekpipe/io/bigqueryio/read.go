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

// RowFilter leaves out rows for which a condition in GoogleSQL does not hold, before they leave BigQuery: "balance > 0
// AND branch = 'Bonn'". It is part of the job's graph, which no key of yours protects; it is never in an error. Default:
// all rows.
//
// Source: field row_restriction of the Storage Read API.
func RowFilter(condition string) ReadOption { return func(o *readOptions) { o.filter = condition } }

// MaxStreams bounds how many workers read at the same time, from 1 to 1,000. Default: as many as BigQuery finds right
// for the size of the table.
func MaxStreams(n int) ReadOption { return func(o *readOptions) { o.maxStreams = n } }

// Read reads a table, "project:dataset.table" or "project.dataset.table", as a PCollection<t>. It asks for the columns
// that the exported fields of the struct t name, by their "bigquery" tags, and for no others; a field whose column is
// missing or of another type fails the pipeline before a row is emitted. Fields have the types that package
// cloud.google.com/go/bigquery reads them into: a column that may be NULL needs one that can say so, such as
// [bigquery.NullString].
//
// Where Beam's Read copies the table to an anonymous one, this one goes through the Storage Read API, which creates
// nothing at rest: workers read streams of one session in parallel, as the table was when the session began. The project
// is the one that pays for it; workers need bigquery.readsessions.create there and bigquery.tables.getData on the table.
// A stream that breaks is taken up again where it broke.
//
// Read panics with a [*cmekpipe.Error] when the pipeline is built: for a table's name that is none (InvalidName) and for
// a type that can't hold rows or an option out of range (InvalidOptions).
func Read(s beam.Scope, project, table string, t reflect.Type, opts ...ReadOption) beam.PCollection {
	var o readOptions
	for _, opt := range opts {
		opt(&o)
	}
	name := must(parseTable(table))
	must0(checkProject(opRead, project))
	must0(checkReadType(opRead, name.String(), t))
	if o.maxStreams < 0 || o.maxStreams > maxReadStreams {
		must0(invalid(opRead, name.String(), "got a number of streams out of range", "use bigqueryio.MaxStreams with 1 to 1000"))
	}
	s = s.Scope(opRead)
	streams := beam.ParDo(s, &sessionFn{
		Project: project, Table: name, Type: beam.EncodedType{T: t}, Filter: o.filter, MaxStreams: o.maxStreams,
	}, beam.Impulse(s))
	rows, _ := readStreams(s, streams, streamFn{Op: opRead, Table: name.String(), Type: beam.EncodedType{T: t}})
	return rows
}

// readStreams has the streams read by all workers. The second collection has an entry for each stream that was read.
func readStreams(s beam.Scope, streams beam.PCollection, f streamFn) (rows, done beam.PCollection) {
	return beam.ParDo2(s, &f, beam.Reshuffle(s, streams), beam.TypeDefinition{Var: beam.XType, T: f.Type.T})
}

// tableName names a table that is only read, so that no key comes with it.
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
		return tableName{}, fail(opRead, cmekpipe.InvalidName, name, "got no table with project and dataset",
			"use PROJECT.DATASET.TABLE, a whole table without decorator or wildcard")
	}
	return tableName{name[:separator], name[separator+1 : dot], name[dot+1:]}, nil
}
