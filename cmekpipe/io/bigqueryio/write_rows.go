package bigqueryio

import (
	"context"

	"cloud.google.com/go/bigquery"
	storage "cloud.google.com/go/bigquery/storage/apiv1"
	"cloud.google.com/go/bigquery/storage/apiv1/storagepb"
	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/bigqueryio/internal/bqrow"
	"github.com/cmekpipe/cmekpipe-go/internal/clients/bigqueryclient"
	"github.com/cmekpipe/cmekpipe-go/internal/clients/shared"
	"github.com/cmekpipe/cmekpipe-go/internal/destination"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
)

// rows is the common part of the DoFns that write rows. The exported fields are sent to the workers.
type rows struct {
	Table  cmekpipe.BigQueryTable
	Type   beam.EncodedType
	Schema string // JSON
	// DeadLetters makes refused rows an output instead of an error.
	DeadLetters bool
	// Unbounded is true if the input never ends.
	Unbounded bool

	refused []element
}

// recheck checks the key of the table that rows are written to if the last check of the process is too old: somebody may have
// replaced the table. Writers call it before each request, not for each row.
func (f *rows) recheck(ctx context.Context, table cmekpipe.BigQueryTable, fresh bool) error {
	id := shared.ID{Service: "bigquery table", Endpoint: bigqueryclient.Endpoint(), Resource: table.String(), Keys: table.Key().String()}
	return shared.Check(ctx, id, func(ctx context.Context) error {
		client, err := openClient(ctx, f.Table)
		if err != nil {
			return err
		}
		return checkTable(ctx, client, table, fresh)
	})
}

// CMEKDestination tells guard the destination and its key.
func (f *rows) CMEKDestination() destination.Destination {
	return destination.Destination{Kind: cmekpipe.KindBigQueryTable, Name: f.Table.String(), Key: f.Table.Key()}
}

// newRowType pairs the element type with the columns of the schema.
func (f *rows) newRowType() (bqrow.Type, error) {
	schema, err := bigquery.SchemaFromJSON([]byte(f.Schema))
	if err != nil {
		return bqrow.Type{}, err
	}
	return bqrow.NewType(f.Type.T, schema)
}

// refuse handles a row that can't be written.
func (f *rows) refuse(x element, why *bqrow.Refusal) error {
	if !f.DeadLetters {
		return &cmekpipe.Error{Op: opWrite, Code: cmekpipe.InvalidOptions, Resource: f.Table.String(),
			Hint: "use bigqueryio.WriteWithErrors, which returns refused rows", Err: why}
	}
	f.refused = append(f.refused, x)
	return nil
}

// release emits refused rows, each with its own time.
func (f *rows) release(emit func(beam.EventTime, beam.X)) {
	for _, x := range f.refused {
		emit(x.time, x.value)
	}
	f.refused = nil
}

// streamed is rows with the client and encoder that append them to streams.
type streamed struct {
	rows

	client  *storage.BigQueryWriteClient
	schema  *storagepb.ProtoSchema
	encoder *encoder
	out     *appender // nil before the first row
}

// Setup gets the process's client.
func (f *streamed) Setup(ctx context.Context) error {
	t, err := f.newRowType()
	if err != nil {
		return wrong(f.Table, err.Error(), "build workers and launcher from the same program")
	}
	f.schema = &storagepb.ProtoSchema{ProtoDescriptor: t.Descriptor("Row")}
	f.encoder = newEncoder(f.Type.T, t, f.DeadLetters)
	f.client, err = openWriteClient(ctx)
	return err
}

// Teardown abandons an open stream.
func (f *streamed) Teardown() error {
	f.abandon()
	return nil
}

// abandon drops the state of a failed bundle.
func (f *streamed) abandon() {
	f.out.close()
	f.out, f.refused = nil, nil
	if f.encoder != nil {
		f.encoder.flush()
	}
}

// write sends a row, or keeps it until there are enough for a request.
func (f *streamed) write(ctx context.Context, x element) error {
	full, bad := f.encoder.add(x)
	if bad != nil {
		return f.refuse(x, bad)
	}
	if full == nil {
		return nil
	}
	return f.out.append(ctx, full)
}

// finish sends the remaining rows and waits for all answers.
func (f *streamed) finish(ctx context.Context) error {
	if last := f.encoder.flush(); last != nil {
		if err := f.out.append(ctx, last); err != nil {
			return err
		}
	}
	return f.out.flush(ctx)
}

func (f *streamed) appender(table cmekpipe.BigQueryTable, stream string, r run) *appender {
	a := &appender{client: f.client, table: table, stream: stream, schema: f.schema, fresh: r.Fresh, unbounded: f.Unbounded,
		check: func(ctx context.Context) error { return f.recheck(ctx, table, r.Fresh) }}
	if f.DeadLetters {
		a.refuse = func(x element) { f.refused = append(f.refused, x) }
	}
	return a
}

// openWriteClient returns the process's client, which nobody closes. It retries nothing; this package does.
func openWriteClient(ctx context.Context) (*storage.BigQueryWriteClient, error) {
	client, err := bigqueryclient.SharedStorageWrite(ctx)
	return client, gcperr.Wrap(opWrite, "BigQuery Storage client", cmekpipe.KeyName{}, err)
}

// path names a table as the Storage API does.
func path(t cmekpipe.BigQueryTable) string {
	return "projects/" + t.Project() + "/datasets/" + t.Dataset() + "/tables/" + t.ID()
}
