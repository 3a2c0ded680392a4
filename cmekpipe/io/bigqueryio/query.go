package bigqueryio

import (
	"errors"
	"reflect"
	"strings"

	"cloud.google.com/go/bigquery"
	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/location"
	"github.com/cmekpipe/cmekpipe-go/internal/keycheck"
)

const opQuery = "bigqueryio.Query"

// QueryOption changes how [Query] runs a query.
type QueryOption func(*queryOptions)

type queryOptions struct {
	standard   bool
	parameters []bigquery.QueryParameter
	location   string
}

// UseStandardSQL declares that the query is GoogleSQL. It is required, because Beam runs a query without it as legacy SQL,
// which gives some words another meaning and which [Query] does not run.
func UseStandardSQL() QueryOption { return func(o *queryOptions) { o.standard = true } }

// WithQueryParameters sets the parameters of the query, all of them named or none. Values have the types that
// [bigquery.QueryParameter] accepts, except your own structs: build a [bigquery.QueryParameterValue] for those. Like the
// query, parameters are part of the job's graph, which no key of yours encrypts; no error contains them.
func WithQueryParameters(params ...bigquery.QueryParameter) QueryOption {
	return func(o *queryOptions) { o.parameters = params }
}

// WithLocation sets where the query runs, such as "EU": the location of the tables that it reads. Default: "US" for a key
// in us, "EU" for a key in europe, otherwise the key's region. Keys in other locations require it.
func WithLocation(name string) QueryOption { return func(o *queryOptions) { o.location = name } }

// Query runs a query and reads its result as a PCollection<t>, as [Read] reads a table. All data that the query stores is
// encrypted with dest's key: the result goes to a table in a temporary dataset, both created with the key for this run,
// where Beam's Query fills an anonymous table without a key. Project dest.Project() runs the query and pays for it.
//
// A dry run with the key finds errors before anything is created, also a result that doesn't fit t. The query runs once,
// however often workers retry: all attempts read the result of one job, and only the step behind the last reader removes it.
// A query that failed is not repeated unless BigQuery reports a transient reason, and leaves no dataset. If a pipeline ends
// before its result was read, the result expires after 24 hours; the dataset, cmekpipe_temp_ID with the label
// cmekpipe:temporary, remains empty and may be deleted. A query that is running then continues: stop it with bq cancel.
//
// The result must be read within 24 hours, and each of its streams within six hours after the query: BigQuery drops the
// read session then. See [Read].
//
// The query must be a SELECT. BigQuery accepts no key for the results of scripts, DDL and DML, so these are refused
// (Unsupported): run them first, with the key in the table's options (CREATE TABLE … OPTIONS (kms_key_name = …)) or as the
// dataset's default, and read the tables with [Read].
//
// Workers need bigquery.jobs.create, bigquery.datasets.create and bigquery.readsessions.create on the project, and
// bigquery.tables.getData on the tables of the query. The BigQuery service agent of the project needs
// roles/cloudkms.cryptoKeyEncrypterDecrypter on the key.
//
// Query panics with a [*cmekpipe.Error] when the pipeline is built: for the zero BigQueryProject (KeyMissing), for a type
// that can't hold rows or parameters that can't be sent to workers (InvalidOptions), for legacy SQL (Unsupported), and for a
// location that the key can't serve or that can't be derived from the key (LocationMismatch).
func Query(s beam.Scope, dest cmekpipe.BigQueryProject, q string, t reflect.Type, opts ...QueryOption) beam.PCollection {
	var o queryOptions
	for _, opt := range opts {
		opt(&o)
	}
	must0(checkQuery(dest, q, o))
	must0(checkReadType(opQuery, dest.String(), t))
	place := must(queryLocation(dest, o.location))
	params := must(encodeParameters(dest, o.parameters))

	s = s.Scope(opQuery)
	tokens := beam.Reshuffle(s, beam.ParDo(s, &tokenFn{}, beam.Impulse(s)))
	work := queryWork{Dest: dest, Location: place}
	streams := beam.ParDo(s, &queryFn{queryWork: work, Query: q, Parameters: params, Type: beam.EncodedType{T: t}}, tokens)
	rows, done := readStreams(s, streams, streamFn{
		Op: opQuery, Table: dest.String(), Key: dest.Key(), Type: beam.EncodedType{T: t},
	})
	beam.ParDo0(s, &cleanupFn{queryWork: work}, beam.CoGroupByKey(s, beam.AddFixedKey(s, tokens), done))
	return rows
}

func checkQuery(dest cmekpipe.BigQueryProject, q string, o queryOptions) error {
	const legacyHint = "write it in GoogleSQL and add bigqueryio.UseStandardSQL(); tables are `project.dataset.table`"
	switch {
	case !dest.Valid():
		return fail(opQuery, cmekpipe.KeyMissing, "destination", "got the zero BigQueryProject, want one created from a key",
			"create it from a key: key.BigQueryProject(\"PROJECT\")")
	case strings.TrimSpace(q) == "":
		return invalid(opQuery, dest.String(), "got an empty query", "write a SELECT")
	case !o.standard, strings.HasPrefix(strings.ToLower(strings.TrimSpace(q)), "#legacysql"):
		return fail(opQuery, cmekpipe.Unsupported, dest.String(), "got a query in legacy SQL", legacyHint)
	}
	return nil
}

// queryLocation returns the location of a query's results.
func queryLocation(dest cmekpipe.BigQueryProject, given string) (string, error) {
	key := dest.Key()
	mismatch := &cmekpipe.Error{Op: opQuery, Code: cmekpipe.LocationMismatch, Resource: key.String()}
	if given == "" {
		switch {
		case key.Location() == location.US{}.ID():
			return "US", nil
		case key.Location() == location.Europe{}.ID():
			return "EU", nil
		case location.IsRegion(key.Location()):
			return key.Location(), nil
		}
		mismatch.Err = errors.New("got a key in " + key.Location() + ", which does not determine where to run the query")
		mismatch.Hint = "use a key in us for tables in US, in europe for EU, or in the region of the tables; or set their location: bigqueryio.WithLocation"
		return "", mismatch
	}
	if err := keycheck.Location(opQuery, key.String(), key, location.ForDataset(key.Location(), given)); err != nil {
		return "", err
	}
	return given, nil
}
