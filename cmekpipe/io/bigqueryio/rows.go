package bigqueryio

import (
	"context"

	"cloud.google.com/go/bigquery"
	storage "cloud.google.com/go/bigquery/storage/apiv1"
	"cloud.google.com/go/bigquery/storage/apiv1/storagepb"
	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/clients/bigqueryclient"
	"github.com/cmekpipe/cmekpipe-go/internal/destination"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
	"github.com/cmekpipe/cmekpipe-go/internal/keycheck"
)

// rows is what the steps that write rows have in common. The exported fields travel to the workers.
type rows struct {
	Table  cmekpipe.BigQueryTable
	Type   beam.EncodedType
	Schema string // JSON
	// DeadLetters tells that refused rows are an output and no error.
	DeadLetters bool

	refused []element
	checked keycheck.Recheck
}

// recheck checks the key of the table that rows are written to if the last check is too old: somebody may have changed it.
func (f *rows) recheck(ctx context.Context, r run) error {
	return f.checked.Do(ctx, func(ctx context.Context) error {
		table, err := r.target(f.Table)
		if err != nil {
			return err
		}
		client, err := openClient(ctx, f.Table)
		if err != nil {
			return err
		}
		defer client.Close() //nolint:errcheck // nothing was written
		return checkTable(ctx, client, table, r.Fresh)
	})
}

// CMEKDestination names the destination for package guard.
func (f *rows) CMEKDestination() destination.Destination {
	return destination.Destination{Name: f.Table.String(), Key: f.Table.Key()}
}

// rowType finds the columns again.
func (f *rows) rowType() (rowType, error) {
	schema, err := bigquery.SchemaFromJSON([]byte(f.Schema))
	if err != nil {
		return rowType{}, err
	}
	return newRowType(f.Type.T, schema)
}

// refuse takes a row that can't be written.
func (f *rows) refuse(x element, why *refusal) error {
	if !f.DeadLetters {
		return &cmekpipe.Error{Op: opWrite, Code: cmekpipe.InvalidOptions, Resource: f.Table.String(),
			Hint: "take refused rows from bigqueryio.WriteWithErrors", Err: why}
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

// streamed is rows with what it takes to append them to streams.
type streamed struct {
	rows

	client  *storage.BigQueryWriteClient
	schema  *storagepb.ProtoSchema
	encoder *encoder
	out     *appender // nil before the first row
}

// Setup opens the client.
func (f *streamed) Setup(ctx context.Context) error {
	t, err := f.rowType()
	if err != nil {
		return wrong(f.Table, err.Error(), "build workers and launcher from the same program")
	}
	f.schema = &storagepb.ProtoSchema{ProtoDescriptor: descriptorOf("Row", t.columns)}
	f.encoder = newEncoder(f.Type.T, t.columns, f.DeadLetters)
	f.client, err = openWriteClient(ctx)
	return err
}

// Teardown gives up what is open and releases the client.
func (f *streamed) Teardown() error {
	f.abandon()
	if f.client == nil {
		return nil
	}
	return f.client.Close()
}

// abandon gives up what a bundle that failed has left.
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

// finish sends what is left and waits for all answers.
func (f *streamed) finish(ctx context.Context) error {
	if last := f.encoder.flush(); last != nil {
		if err := f.out.append(ctx, last); err != nil {
			return err
		}
	}
	return f.out.flush(ctx)
}

func (f *streamed) appender(table cmekpipe.BigQueryTable, stream string, r run) *appender {
	a := &appender{client: f.client, table: table, stream: stream, schema: f.schema, fresh: r.Fresh}
	if f.DeadLetters {
		a.refuse = func(x element) { f.refused = append(f.refused, x) }
	}
	return a
}

// openWriteClient returns a client that tries each call once; this package counts the attempts.
func openWriteClient(ctx context.Context) (*storage.BigQueryWriteClient, error) {
	client, err := bigqueryclient.StorageWrite(ctx)
	if err != nil {
		return nil, gcperr.Wrap(opWrite, "BigQuery Storage client", cmekpipe.KeyName{}, err)
	}
	client.CallOptions = &storage.BigQueryWriteCallOptions{}
	return client, nil
}

// path names a table as the Storage API does.
func path(t cmekpipe.BigQueryTable) string {
	return "projects/" + t.Project() + "/datasets/" + t.Dataset() + "/tables/" + t.ID()
}
