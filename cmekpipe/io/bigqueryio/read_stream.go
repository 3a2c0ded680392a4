package bigqueryio

import (
	"bytes"
	"context"
	"errors"
	"io"
	"reflect"
	"time"

	storage "cloud.google.com/go/bigquery/storage/apiv1"
	"cloud.google.com/go/bigquery/storage/apiv1/storagepb"
	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/explain"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/bigqueryio/internal/bqrow"
	"github.com/cmekpipe/cmekpipe-go/internal/destination"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
	"github.com/cmekpipe/cmekpipe-go/internal/retry"
)

// readStream is a part of a table that one worker reads. It is encoded with Beam's row coder.
type readStream struct {
	// Name is the stream's.
	Name string
	// Schema is the schema of its rows, as Arrow serialises it.
	Schema []byte
}

// streamFn reads streams and emits their rows, and an entry with a fixed key for each stream that was read to its end.
type streamFn struct {
	// Op is the function and Table the source, for errors.
	Op    string
	Table string
	Key   cmekpipe.KeyName
	Type  beam.EncodedType

	client  *storage.BigQueryReadClient
	policy  retry.Policy
	decoder *bqrow.Decoder
	schema  []byte // of the decoder
}

// Setup opens the client.
func (f *streamFn) Setup(ctx context.Context) (err error) {
	f.client, err = openReadClient(ctx, f.Op)
	f.policy = callPolicy()
	return err
}

// ProcessElement reads a stream, from the beginning in every attempt of a bundle.
func (f *streamFn) ProcessElement(ctx context.Context, stream readStream, emit func(beam.X), done func(int, string)) error {
	if f.decoder == nil || !bytes.Equal(f.schema, stream.Schema) {
		d, err := bqrow.NewDecoder(f.Type.T, stream.Schema)
		if err != nil {
			return f.corrupted(err)
		}
		f.decoder, f.schema = d, stream.Schema
	}
	if err := f.read(ctx, stream.Name, func(row reflect.Value) { emit(row.Interface()) }); err != nil {
		return err
	}
	done(0, stream.Name)
	return nil
}

// read resumes an interrupted stream after the last row that was emitted, however often it breaks, as long as rows arrive
// between. An answer is emitted whole or not at all.
func (f *streamFn) read(ctx context.Context, name string, emit func(reflect.Value)) error {
	var offset int64
	for attempts := f.policy.Start(); ; {
		before := offset
		err := f.readFrom(ctx, name, &offset, emit)
		if err == nil {
			return nil
		}
		if offset > before {
			attempts.Reset()
		}
		if !attempts.Again(ctx, err) {
			return gcperr.Wrap(f.Op, f.Table, f.Key, retry.Err(ctx, err))
		}
	}
}

// readFrom reads from an offset until the stream ends or breaks, and moves the offset on.
func (f *streamFn) readFrom(ctx context.Context, name string, offset *int64, emit func(reflect.Value)) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	silence := time.AfterFunc(attemptTimeout, cancel)
	defer silence.Stop()
	answers, err := f.client.ReadRows(ctx, &storagepb.ReadRowsRequest{ReadStream: name, Offset: *offset})
	if err != nil {
		return err
	}
	for {
		silence.Reset(attemptTimeout)
		answer, err := answers.Recv()
		silence.Stop() // consumers of rows have no deadline
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		batch := answer.GetArrowRecordBatch().GetSerializedRecordBatch()
		if len(batch) == 0 {
			continue // progress or throttling
		}
		rows, err := f.decoder.Rows(batch)
		if err != nil {
			return f.corrupted(err)
		}
		if n := int64(rows.Len()); answer.GetRowCount() != n {
			return f.corrupted(errors.New("got an answer whose number of rows differs from its row count"))
		}
		for i := range rows.Len() {
			emit(rows.Index(i))
		}
		*offset += int64(rows.Len())
	}
}

// corrupted returns the error of an unreadable answer. A null in a field that can't be null is an error of the program.
func (f *streamFn) corrupted(err error) error {
	if why, ok := errors.AsType[*bqrow.Refusal](err); ok {
		return &cmekpipe.Error{Op: f.Op, Code: cmekpipe.InvalidOptions, Resource: f.Table, Err: why,
			Hint: "give the field a type that can hold it, such as bigquery.NullString or int64"}
	}
	return &cmekpipe.Error{Op: f.Op, Code: cmekpipe.Corrupted, Resource: f.Table, Err: err,
		Hint: explain.Remedy(explain.Case{Code: cmekpipe.Internal})}
}

// CMEKHelper tells guard that nothing is stored.
func (f *streamFn) CMEKHelper() destination.None { return destination.None{} }

// CMEKReads tells guard that the transform reads from outside the pipeline.
func (*streamFn) CMEKReads() destination.None { return destination.None{} }
