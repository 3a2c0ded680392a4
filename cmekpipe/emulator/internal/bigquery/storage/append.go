package storage

import (
	"context"
	"errors"
	"io"
	"reflect"

	"cloud.google.com/go/bigquery/storage/apiv1/storagepb"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/bigquery/codec"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/bigquery/sql"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/bigquery/store"
)

// maxRequest is the most that a request of AppendRows may have, in bytes. Source:
// https://docs.cloud.google.com/bigquery/quotas#write-api-limits.
const maxRequest = 10 << 20

// connection is a call of AppendRows: it remembers what its first request says for those that come after.
type connection struct {
	*writeService
	name   string
	ref    store.TableRef
	stream *stream // nil for the default stream
	schema *descriptorpb.DescriptorProto

	table   uint64 // the life of the table that read is for
	columns []sql.Field
	read    *codec.Proto

	ctx     context.Context // of the call
	project string          // whose quota counts the connection; "" before the first request
}

// AppendRows answers requests one after the other, in their order.
func (w *writeService) AppendRows(call storagepb.BigQueryWrite_AppendRowsServer) error {
	c := &connection{writeService: w, ctx: call.Context()}
	defer func() {
		if c.project != "" {
			w.quotas.disconnect(c.project)
		}
	}()
	if w.store.Limits("").LateAppends {
		return c.serveLate(call)
	}
	return c.serve(call)
}

func (c *connection) serve(call storagepb.BigQueryWrite_AppendRowsServer) error {
	for {
		request, err := call.Recv()
		if err != nil {
			return endOf(err)
		}
		answer, err := c.answer(request)
		if err != nil {
			return err
		}
		if err := call.Send(answer); err != nil {
			return err
		}
	}
}

// endOf returns the error of a connection that ended with err; nil if the client closed it.
func endOf(err error) error {
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// answer appends the rows of a request. An error ends the connection; an error of the request only is part of its answer.
func (c *connection) answer(r *storagepb.AppendRowsRequest) (*storagepb.AppendRowsResponse, error) {
	if err := c.open(r); err != nil {
		return nil, err
	}
	answer := &storagepb.AppendRowsResponse{WriteStream: c.name}
	err := c.admit(r)
	if err == nil {
		err = c.refresh(answer)
	}
	if err == nil {
		err = c.write(r, answer)
	}
	if fault, ok := err.(inBand); ok { //nolint:errorlint // never wrapped
		answer.Response = &storagepb.AppendRowsResponse_Error{Error: status.Convert(fault.error).Proto()}
		err = nil
	}
	return answer, translate(err, c.ref)
}

// inBand is an error that concerns one request only.
type inBand struct{ error }

// open reads the stream and the writer's schema from the request that names them.
func (c *connection) open(r *storagepb.AppendRowsRequest) error {
	name := r.GetWriteStream()
	if name == "" && c.name == "" {
		return refuse(codes.InvalidArgument, "The write_stream is required in the first request.")
	}
	if r.GetArrowRows() != nil {
		return refuse(codes.Unimplemented, "The loopback BigQuery has no rows in Arrow format; send them as protocol buffers.")
	}
	schema := r.GetProtoRows().GetWriterSchema().GetProtoDescriptor()
	if name != "" && name != c.name {
		if err := c.change(name, schema); err != nil {
			return err
		}
	}
	if schema != nil && (c.schema == nil || c.stream == nil && !proto.Equal(schema, c.schema)) {
		c.schema, c.read = schema, nil
	}
	if c.schema == nil {
		return refuse(codes.InvalidArgument, "The writer_schema is required in the first request.")
	}
	return nil
}

// admit refuses a request that is too large or exceeds a quota.
func (c *connection) admit(r *storagepb.AppendRowsRequest) error {
	if size := proto.Size(r); size > maxRequest {
		return inBand{refuse(codes.InvalidArgument, "AppendRowsRequest is too large: %d bytes, the limit is %d", size, maxRequest)}
	}
	t, err := c.store.Table(c.ref)
	if err != nil {
		return err
	}
	limits := c.store.Limits(t.Location)
	if c.project == "" {
		if err := c.quotas.connect(c.ref.Project, limits); err != nil {
			return err
		}
		c.project = c.ref.Project
	}
	return c.quotas.append(c.project, bytesOf(r)*limits.BytesPerByte, limits, c.env.Now())
}

// bytesOf returns the size of the rows of a request.
func bytesOf(r *storagepb.AppendRowsRequest) int64 {
	n := 0
	for _, row := range r.GetProtoRows().GetRows().GetSerializedRows() {
		n += len(row)
	}
	return int64(n)
}

// change makes the connection write to a stream. Only default streams may follow one another.
func (c *connection) change(name string, schema *descriptorpb.DescriptorProto) error {
	ref, id, err := parseName(name)
	if err != nil {
		return err
	}
	if c.name != "" && (c.stream != nil || id != defaultStream) {
		return refuse(codes.InvalidArgument, "A connection can change between default streams only.")
	}
	if c.name == "" {
		if err := checkRouting(c.ctx, name, c.store.Limits("").RequireRouting); err != nil {
			return err
		}
	}
	c.stream = nil
	if id != defaultStream {
		if c.stream, err = c.find(name); err != nil {
			return err
		}
	}
	c.name, c.ref, c.schema, c.read, c.columns = name, ref, schema, nil, nil
	return nil
}

// refresh makes the reader of rows for the table as it is now. An answer tells a schema that changed since the last one.
func (c *connection) refresh(answer *storagepb.AppendRowsResponse) error {
	t, err := c.store.Table(c.ref)
	if err != nil {
		return err
	}
	if c.stream != nil && c.stream.tableID != t.ID {
		return detail(codes.NotFound, storagepb.StorageError_STREAM_NOT_FOUND, c.name, "Requested entity was not found.")
	}
	if c.read != nil && c.table == t.ID && reflect.DeepEqual(c.columns, t.Columns) {
		return nil
	}
	if c.columns != nil && !reflect.DeepEqual(c.columns, t.Columns) {
		answer.UpdatedSchema = schemaOf(t.Columns)
	}
	read, err := codec.NewShape(t.Columns).Proto(c.schema)
	if extra, ok := errors.AsType[*codec.ExtraField](err); ok {
		return inBand{detail(codes.InvalidArgument, storagepb.StorageError_SCHEMA_MISMATCH_EXTRA_FIELDS, c.name, extra.Error())}
	}
	if err != nil {
		return inBand{refuse(codes.InvalidArgument, "%s Entity: %s", err, c.name)}
	}
	c.read, c.table, c.columns = read, t.ID, t.Columns
	return nil
}

// write decodes rows and appends them, all or none.
func (c *connection) write(r *storagepb.AppendRowsRequest, answer *storagepb.AppendRowsResponse) error {
	for column, how := range r.GetMissingValueInterpretations() {
		if how == storagepb.AppendRowsRequest_DEFAULT_VALUE {
			return refuse(codes.Unimplemented, "The loopback BigQuery has no default values, as for %s.", column)
		}
	}
	if c.stream == nil && r.GetOffset() != nil {
		return inBand{refuse(codes.InvalidArgument, "Offset is not allowed for the default stream. Entity: %s", c.name)}
	}
	rows, bad := c.decode(r.GetProtoRows().GetRows().GetSerializedRows())
	if len(bad) > 0 {
		answer.RowErrors = bad
		return inBand{refuse(codes.InvalidArgument, "Errors found while processing rows. Please refer to the row_errors "+
			"field for details. The list may not be complete because of the size limitations. Entity: %s", c.name)}
	}
	result := &storagepb.AppendRowsResponse_AppendResult{}
	answer.Response = &storagepb.AppendRowsResponse_AppendResult_{AppendResult: result}
	if c.stream == nil {
		return c.store.Append(c.ref, c.table, c.columns, rows)
	}
	var offset *int64
	if o := r.GetOffset(); o != nil {
		offset = &o.Value
	}
	at, err := c.stream.append(c.store, offset, c.columns, rows, bytesOf(r)*c.store.Limits("").BytesPerByte)
	result.Offset = wrapperspb.Int64(at)
	if _, fault := status.FromError(err); err != nil && fault {
		return inBand{err}
	}
	return err
}

func (c *connection) decode(serialized [][]byte) (rows []store.Row, bad []*storagepb.RowError) {
	rows = make([]store.Row, 0, len(serialized))
	for i, message := range serialized {
		row, err := c.read.Read(message)
		if err != nil {
			bad = append(bad, &storagepb.RowError{
				Index: int64(i), Code: storagepb.RowError_FIELDS_ERROR, Message: err.Error(),
			})
			continue
		}
		rows = append(rows, row)
	}
	return rows, bad
}
