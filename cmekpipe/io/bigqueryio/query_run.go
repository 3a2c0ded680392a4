package bigqueryio

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"

	"cloud.google.com/go/bigquery"
	storage "cloud.google.com/go/bigquery/storage/apiv1"
	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/bigqueryio/internal/bqrow"
	"github.com/cmekpipe/cmekpipe-go/internal/clients/bigqueryclient"
	"github.com/cmekpipe/cmekpipe-go/internal/destination"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr/bqerr"
	"github.com/cmekpipe/cmekpipe-go/internal/retry"
)

// tokenFn names a run, before anything is made. What follows sees the same token in every attempt, and two runs of one
// pipeline see two.
type tokenFn struct{}

// ProcessElement emits the token.
func (f *tokenFn) ProcessElement(_ []byte, emit func(string)) { emit(strings.ToLower(rand.Text())) }

// CMEKHelper tells guard that nothing is stored.
func (f *tokenFn) CMEKHelper() destination.None { return destination.None{} }

// queryWork is the common state of the steps of a query.
type queryWork struct {
	Dest     cmekpipe.BigQueryProject
	Location string

	client *bigquery.Client
}

// Setup opens the client.
func (w *queryWork) Setup(ctx context.Context) (err error) {
	w.client, err = bigqueryclient.Shared(ctx, w.Dest.Project())
	return gcperr.Wrap(opQuery, "BigQuery client", cmekpipe.KeyName{}, err)
}

// queryFn runs the query into a table of the run and emits the streams to read.
type queryFn struct {
	queryWork
	Query      string
	Parameters []byte
	Type       beam.EncodedType

	reader *storage.BigQueryReadClient
}

// Setup opens the clients.
func (f *queryFn) Setup(ctx context.Context) (err error) {
	if err = f.queryWork.Setup(ctx); err == nil {
		f.reader, err = openReadClient(ctx, opQuery)
	}
	return err
}

// CMEKDestination tells guard the destination and its key.
func (f *queryFn) CMEKDestination() destination.Destination {
	return destination.Destination{Kind: cmekpipe.KindBigQueryTemporaryDataset, Name: f.Dest.Project(), Key: f.Dest.Key()}
}

// ProcessElement runs the query and emits the streams of its result. Any number of attempts may do so, at once or late:
// each continues with what an earlier one made, and none removes a result that another reads.
func (f *queryFn) ProcessElement(ctx context.Context, token string, emit func(readStream)) error {
	result, err := f.result(token)
	if err != nil {
		return err
	}
	if err := f.execute(ctx, result, token); err != nil {
		return err
	}
	s := session{client: f.reader, op: opQuery, project: f.Dest.Project(), key: f.Dest.Key(),
		table: tableName{result.Project(), result.Dataset(), result.ID()}}
	return s.begin(ctx, f.Type.T, emit)
}

// newQuery returns the query with the key, which every form of it carries.
func (f *queryFn) newQuery() (*bigquery.Query, error) {
	params, err := decodeParameters(f.Parameters)
	if err != nil {
		return nil, fail(opQuery, cmekpipe.Internal, f.Dest.String(), "got parameters that can't be read", "")
	}
	q := f.client.Query(f.Query)
	q.Parameters = params
	q.Location = f.Location
	q.DestinationEncryptionConfig = &bigquery.EncryptionConfig{KMSKeyName: f.Dest.Key().String()}
	return q, nil
}

// validate makes BigQuery check the query without running it, and checks that its result fits the row type.
func (f *queryFn) validate(ctx context.Context) error {
	q, err := f.newQuery()
	if err != nil {
		return err
	}
	q.DryRun = true
	var looked *bigquery.Job
	err = retry.Do(ctx, callPolicy(), func(ctx context.Context) (err error) {
		looked, err = q.Run(ctx)
		return err
	})
	if err != nil {
		return f.failure(err)
	}
	stats := &bigquery.QueryStatistics{StatementType: "unknown"}
	if all := looked.LastStatus().Statistics; all != nil {
		if details, ok := all.Details.(*bigquery.QueryStatistics); ok {
			stats = details
		}
	}
	if stats.StatementType != "SELECT" {
		return f.unsupported(fmt.Errorf("got a statement of type %q, want a SELECT", stats.StatementType))
	}
	if err := bqrow.CheckReadable(f.Type.T, stats.Schema); len(stats.Schema) > 0 && err != nil {
		return &cmekpipe.Error{Op: opQuery, Code: cmekpipe.InvalidOptions, Resource: f.Dest.String(), Err: err, Hint: fieldHint}
	}
	return nil
}

func (f *queryFn) unsupported(err error) error {
	return &cmekpipe.Error{Op: opQuery, Code: cmekpipe.Unsupported, Resource: f.Dest.String(), Err: err,
		Hint: "BigQuery accepts no key for the results of scripts, DDL and DML: run them first, with kms_key_name in the " +
			"table's options or as the dataset's default, and read the tables with bigqueryio.Read"}
}

// failure describes the failure of a query without quoting it.
func (f *queryFn) failure(err error) error {
	code, cause := bqerr.Query(err)
	switch code {
	case cmekpipe.Unsupported:
		return f.unsupported(cause)
	case cmekpipe.InvalidOptions:
		return &cmekpipe.Error{Op: opQuery, Code: code, Resource: f.Dest.String(), Err: cause,
			Hint: "try the query in the console or with bq query --dry_run; its text is not shown here"}
	case cmekpipe.LocationMismatch:
		return &cmekpipe.Error{Op: opQuery, Code: code, Resource: f.Dest.Key().String(), Err: cause,
			Hint: "the query runs in " + f.Location + ", and so must its tables be; use a key that serves where they are, " +
				"or say where that is: bigqueryio.WithLocation"}
	case cmekpipe.NotFound:
		return &cmekpipe.Error{Op: opQuery, Code: code, Resource: f.Dest.String(), Err: cause,
			Hint: "check that the tables of the query exist in " + f.Location + ": bq ls --project_id=" + f.Dest.Project()}
	}
	if cause == err { //nolint:errorlint // whether it came back as it was
		return gcperr.Wrap(opQuery, f.Dest.String(), f.Dest.Key(), err)
	}
	return gcperr.New(code, opQuery, f.Dest.String(), f.Dest.Key(), cause)
}
