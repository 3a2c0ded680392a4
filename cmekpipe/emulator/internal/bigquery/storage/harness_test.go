package storage_test

import (
	"context"
	"strconv"
	"testing"
	"time"

	"cloud.google.com/go/bigquery"
	storage "cloud.google.com/go/bigquery/storage/apiv1"
	"cloud.google.com/go/bigquery/storage/apiv1/storagepb"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
)

const (
	place = "us-central1"
	table = "projects/" + cmektest.Project + "/datasets/d/tables/t"
)

// world is a cloud with an empty table d.t of id and name, and clients of both APIs.
type world struct {
	*cmektest.Cloud
	t     testing.TB
	key   cmekpipe.KeyName
	write *storage.BigQueryWriteClient
	read  *storage.BigQueryReadClient
	now   time.Time
}

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{t: t, now: time.Date(2026, 11, 25, 10, 0, 0, 0, time.UTC)}
	w.Cloud = cmektest.NewCloud(t, cmektest.WithoutEnv(), cmektest.WithClock(func() time.Time { return w.now }))
	var err error
	if w.write, err = storage.NewBigQueryWriteClient(t.Context(), w.ClientOptions(emulator.BigQueryStorage)...); err != nil {
		t.Fatal(err)
	}
	if w.read, err = storage.NewBigQueryReadClient(t.Context(), w.ClientOptions(emulator.BigQueryStorage)...); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.write.Close(); w.read.Close() })
	w.key = w.CreateKey(place, "k")
	w.CreateDataset(cmektest.Project+".d", place, w.key)
	w.table("t", bigquery.Schema{
		{Name: "id", Type: bigquery.IntegerFieldType, Required: true},
		{Name: "name", Type: bigquery.StringFieldType},
	})
	return w
}

func (w *world) table(name string, schema bigquery.Schema) {
	w.t.Helper()
	err := w.BigQueryClient().Dataset("d").Table(name).Create(w.t.Context(), &bigquery.TableMetadata{Schema: schema})
	if err != nil {
		w.t.Fatal(err)
	}
}

// stream creates a write stream of d.t.
func (w *world) stream(kind storagepb.WriteStream_Type) string {
	w.t.Helper()
	made, err := w.write.CreateWriteStream(w.t.Context(), &storagepb.CreateWriteStreamRequest{
		Parent: table, WriteStream: &storagepb.WriteStream{Type: kind},
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return made.GetName()
}

// descriptor is the schema of messages with an id and a name.
func descriptor() *descriptorpb.DescriptorProto {
	return &descriptorpb.DescriptorProto{Name: proto.String("Row"), Field: []*descriptorpb.FieldDescriptorProto{
		field("id", 1, descriptorpb.FieldDescriptorProto_TYPE_INT64),
		field("name", 2, descriptorpb.FieldDescriptorProto_TYPE_STRING),
	}}
}

func field(name string, number int32, typ descriptorpb.FieldDescriptorProto_Type) *descriptorpb.FieldDescriptorProto {
	return &descriptorpb.FieldDescriptorProto{
		Name: proto.String(name), Number: proto.Int32(number), Type: typ.Enum(),
		Label: descriptorpb.FieldDescriptorProto_LABEL_OPTIONAL.Enum(),
	}
}

// row is a message with an id and a name made of it.
func row(id int) []byte {
	b := protowire.AppendVarint(protowire.AppendTag(nil, 1, protowire.VarintType), uint64(id))
	return protowire.AppendString(protowire.AppendTag(b, 2, protowire.BytesType), "n"+strconv.Itoa(id))
}

// request has rows for a stream, at an offset unless that is negative.
func request(stream string, offset int64, rows ...[]byte) *storagepb.AppendRowsRequest {
	r := &storagepb.AppendRowsRequest{WriteStream: stream, Rows: &storagepb.AppendRowsRequest_ProtoRows{
		ProtoRows: &storagepb.AppendRowsRequest_ProtoData{
			WriterSchema: &storagepb.ProtoSchema{ProtoDescriptor: descriptor()},
			Rows:         &storagepb.ProtoRows{SerializedRows: rows},
		},
	}}
	if offset >= 0 {
		r.Offset = wrapperspb.Int64(offset)
	}
	return r
}

// append sends requests on one connection and returns the answers; the error is the connection's.
func (w *world) append(requests ...*storagepb.AppendRowsRequest) ([]*storagepb.AppendRowsResponse, error) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), 10*time.Second)
	defer cancel()
	call, err := w.write.AppendRows(ctx)
	if err != nil {
		w.t.Fatal(err)
	}
	var answers []*storagepb.AppendRowsResponse
	for _, r := range requests {
		if err := call.Send(r); err != nil {
			break // the reason comes with Recv
		}
		answer, err := call.Recv()
		if err != nil {
			return answers, err
		}
		answers = append(answers, answer)
	}
	return answers, call.CloseSend()
}

// ids returns the ids in d.t.
func (w *world) ids() []int64 {
	w.t.Helper()
	ids := []int64{}
	for _, r := range w.ReadRows(cmektest.Project + ".d.t") {
		ids = append(ids, r["id"].(int64))
	}
	return ids
}

// wantCode checks the code of an error and its StorageError; 0 is none.
func wantCode(t testing.TB, err error, code codes.Code, reason storagepb.StorageError_StorageErrorCode) {
	t.Helper()
	s := status.Convert(err)
	got := storagepb.StorageError_STORAGE_ERROR_CODE_UNSPECIFIED
	for _, d := range s.Details() {
		if e, ok := d.(*storagepb.StorageError); ok {
			got = e.GetCode()
		}
	}
	if s.Code() != code || got != reason {
		t.Errorf("got %v with %s, want %s with %s", err, got, code, reason)
	}
}
