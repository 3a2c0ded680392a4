package bigqueryio

import (
	"context"
	"reflect"

	storage "cloud.google.com/go/bigquery/storage/apiv1"
	"cloud.google.com/go/bigquery/storage/apiv1/storagepb"
	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/bigqueryio/internal/bqrow"
	"github.com/cmekpipe/cmekpipe-go/internal/clients/bigqueryclient"
	"github.com/cmekpipe/cmekpipe-go/internal/destination"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
	"github.com/cmekpipe/cmekpipe-go/internal/retry"
)

// sessionFn begins a read session and emits its streams.
type sessionFn struct {
	Project    string
	Table      tableName
	Type       beam.EncodedType
	Filter     string
	MaxStreams int

	client *storage.BigQueryReadClient
}

// Setup opens the client.
func (f *sessionFn) Setup(ctx context.Context) (err error) {
	f.client, err = openReadClient(ctx, opRead)
	return err
}

// ProcessElement emits the streams. A session of an earlier attempt expires after six hours; it holds
// no data.
func (f *sessionFn) ProcessElement(ctx context.Context, _ []byte, emit func(readStream)) error {
	s := session{client: f.client, op: opRead, project: f.Project, table: f.Table, filter: f.Filter, maxStreams: f.MaxStreams}
	return s.begin(ctx, f.Type.T, emit)
}

// CMEKHelper tells guard that nothing is stored.
func (f *sessionFn) CMEKHelper() destination.None { return destination.None{} }

// CMEKReads tells guard that the transform reads from outside the pipeline.
func (*sessionFn) CMEKReads() destination.None { return destination.None{} }

// session is a read session to be.
type session struct {
	client     *storage.BigQueryReadClient
	op         string
	project    string
	table      tableName
	filter     string
	maxStreams int
	key        cmekpipe.KeyName // of the table, if it is known
}

// begin creates the session, checks that its rows fit into t, and emits the streams.
func (s *session) begin(ctx context.Context, t reflect.Type, emit func(readStream)) error {
	request := &storagepb.CreateReadSessionRequest{
		Parent:         "projects/" + s.project,
		MaxStreamCount: int32(s.maxStreams),
		ReadSession: &storagepb.ReadSession{
			Table: s.table.path(), DataFormat: storagepb.DataFormat_ARROW,
			ReadOptions: &storagepb.ReadSession_TableReadOptions{SelectedFields: bqrow.FieldNames(t), RowRestriction: s.filter},
		},
	}
	var made *storagepb.ReadSession
	err := retry.Do(ctx, callPolicy(), func(ctx context.Context) (err error) {
		made, err = s.client.CreateReadSession(ctx, request)
		return err
	})
	if err != nil {
		return s.failure(err)
	}
	schema := made.GetArrowSchema().GetSerializedSchema()
	if len(made.GetStreams()) > 0 { // an empty table has none, and may have no schema
		if _, err := bqrow.NewDecoder(t, schema); err != nil {
			return s.mismatch(err)
		}
	}
	for _, stream := range made.GetStreams() {
		emit(readStream{Name: stream.GetName(), Schema: schema})
	}
	return nil
}

// failure keeps BigQuery's text, unless it may quote the filter.
func (s *session) failure(err error) error {
	code := gcperr.Code(err)
	if code == cmekpipe.InvalidOptions {
		if s.filter != "" {
			return invalid(s.op, s.table.String(), "BigQuery refused the columns or the row filter",
				"name columns of the table by the fields, and give bigqueryio.WithRowFilter a condition over columns")
		}
		return &cmekpipe.Error{Op: s.op, Code: code, Resource: s.table.String(), Err: err,
			Hint: "name columns of the table by the fields, or by their bigquery tags"}
	}
	return gcperr.Wrap(s.op, s.table.String(), s.key, err)
}

// fieldHint is what to do about a column that does not fit its field.
const fieldHint = "give the field a type that BigQuery's client reads the column into"

func (s *session) mismatch(err error) error {
	return &cmekpipe.Error{Op: s.op, Code: cmekpipe.InvalidOptions, Resource: s.table.String(), Err: err,
		Hint: fieldHint}
}

// openReadClient returns the process's client, which retries nothing: this package does.
func openReadClient(ctx context.Context, op string) (*storage.BigQueryReadClient, error) {
	client, err := bigqueryclient.SharedStorageRead(ctx)
	return client, gcperr.Wrap(op, "BigQuery Storage client", cmekpipe.KeyName{}, err)
}
