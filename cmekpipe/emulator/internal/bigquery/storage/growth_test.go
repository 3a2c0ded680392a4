package storage_test

import (
	"testing"

	"cloud.google.com/go/bigquery"
	"cloud.google.com/go/bigquery/storage/apiv1/storagepb"
	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
)

// connect opens a connection of AppendRows and returns the function that sends a request on it and waits for the answer.
func (w *world) connect() func(*storagepb.AppendRowsRequest) (*storagepb.AppendRowsResponse, error) {
	w.t.Helper()
	call, err := w.write.AppendRows(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	return func(r *storagepb.AppendRowsRequest) (*storagepb.AppendRowsResponse, error) {
		if err := call.Send(r); err != nil {
			return nil, err
		}
		return call.Recv()
	}
}

// grow gives a table of d another schema.
func (w *world) grow(name string, schema bigquery.Schema) {
	w.t.Helper()
	update := bigquery.TableMetadataToUpdate{Schema: schema}
	if _, err := w.BigQueryClient().Dataset("d").Table(name).Update(w.t.Context(), update, ""); err != nil {
		w.t.Fatal(err)
	}
}

// replace replaces d.t by the result of a query.
func (w *world) replace(text string) {
	w.t.Helper()
	q := w.BigQueryClient().Query(text)
	q.Dst, q.WriteDisposition = w.BigQueryClient().Dataset("d").Table("t"), bigquery.WriteTruncate
	j, err := q.Run(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	status, err := j.Wait(w.t.Context())
	if err == nil {
		err = status.Err()
	}
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) finalize(stream string) {
	w.t.Helper()
	_, err := w.write.FinalizeWriteStream(w.t.Context(), &storagepb.FinalizeWriteStreamRequest{Name: stream})
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) commit(streams ...string) (*storagepb.BatchCommitWriteStreamsResponse, error) {
	return w.write.BatchCommitWriteStreams(w.t.Context(),
		&storagepb.BatchCommitWriteStreamsRequest{Parent: table, WriteStreams: streams})
}

func (w *world) flush(stream string, offset int64) error {
	_, err := w.write.FlushRows(w.t.Context(),
		&storagepb.FlushRowsRequest{WriteStream: stream, Offset: wrapperspb.Int64(offset)})
	return err
}

// wide is the schema of d.t with more columns.
func wide() bigquery.Schema {
	return bigquery.Schema{
		{Name: "id", Type: bigquery.IntegerFieldType, Required: true}, {Name: "name", Type: bigquery.StringFieldType},
		{Name: "more", Type: bigquery.DateFieldType}, {Name: "list", Type: bigquery.StringFieldType, Repeated: true},
	}
}

func TestRowsOfOpenStreamsFollowAGrowingSchema(t *testing.T) {
	for _, kind := range []storagepb.WriteStream_Type{
		storagepb.WriteStream_TYPE_UNSPECIFIED, storagepb.WriteStream_COMMITTED, storagepb.WriteStream_PENDING,
		storagepb.WriteStream_BUFFERED,
	} {
		t.Run(kind.String(), func(t *testing.T) {
			w := newWorld(t)
			name := table + "/streams/_default"
			if kind != storagepb.WriteStream_TYPE_UNSPECIFIED {
				name = w.stream(kind)
			}
			send := w.connect()
			for i, schema := range []bigquery.Schema{nil, wide(), nil} {
				if schema != nil {
					w.grow("t", schema)
				}
				answer, err := send(request(name, -1, row(i)))
				if err != nil || fault(answer) != nil {
					t.Fatalf("row %d: got %v, %v", i, answer, err)
				}
				if told := answer.GetUpdatedSchema() != nil; told != (schema != nil) {
					t.Errorf("row %d: got an updated schema: %v, want it in the first answer after the update only", i, told)
				}
			}
			switch kind {
			case storagepb.WriteStream_PENDING:
				w.finalize(name)
				if got, err := w.commit(name); err != nil || len(got.GetStreamErrors()) > 0 {
					t.Fatal(got, err)
				}
			case storagepb.WriteStream_BUFFERED:
				if err := w.flush(name, 2); err != nil {
					t.Fatal(err)
				}
			}
			var want []map[string]bigquery.Value
			for i, name := range []string{"n0", "n1", "n2"} {
				want = append(want, map[string]bigquery.Value{
					"id": int64(i), "name": name, "more": nil, "list": []bigquery.Value{}})
			}
			if diff := cmp.Diff(want, w.ReadRows(cmektest.Project+".d.t")); diff != "" {
				t.Errorf("rows (-want +got):\n%s", diff)
			}
		})
	}
}

func TestHeldRowsFollowASchemaThatGrowsAfterTheLastAppend(t *testing.T) {
	w := newWorld(t)
	pending, buffered := w.stream(storagepb.WriteStream_PENDING), w.stream(storagepb.WriteStream_BUFFERED)
	empty := w.stream(storagepb.WriteStream_PENDING)
	for i, name := range []string{pending, buffered} {
		if _, err := w.append(request(name, 0, row(i))); err != nil {
			t.Fatal(err)
		}
	}
	w.grow("t", wide())
	w.finalize(pending)
	w.finalize(empty)
	if got, err := w.commit(pending, empty); err != nil || got.GetCommitTime() == nil {
		t.Fatalf("got %v, %v, want both streams committed", got, err)
	}
	if err := w.flush(buffered, 0); err != nil {
		t.Fatal(err)
	}
	s, err := w.session(nil, 1)
	if err != nil {
		t.Fatal(err)
	}
	ids, columns, err := w.readIDs(s, s.GetStreams()[0].GetName(), 0)
	if diff := cmp.Diff([]int64{0, 1}, ids); diff != "" || columns != 4 || err != nil {
		t.Errorf("got %d columns, %v, want 4: ids (-want +got):\n%s", columns, err, diff)
	}
}

// home is the schema of messages with a struct "v" of the named texts.
func home(names ...string) *descriptorpb.DescriptorProto {
	inner := &descriptorpb.DescriptorProto{Name: proto.String("Home")}
	for i, name := range names {
		inner.Field = append(inner.Field, field(name, int32(i+1), typeString))
	}
	v := field("v", 1, descriptorpb.FieldDescriptorProto_TYPE_MESSAGE)
	v.TypeName = proto.String("Home")
	return &descriptorpb.DescriptorProto{Name: proto.String("Row"), Field: []*descriptorpb.FieldDescriptorProto{v},
		NestedType: []*descriptorpb.DescriptorProto{inner}}
}

func TestStructsOfAnOpenConnectionFollowAGrowingSchema(t *testing.T) {
	w := newWorld(t)
	column := func(names ...string) bigquery.Schema {
		f := &bigquery.FieldSchema{Name: "v", Type: bigquery.RecordFieldType}
		for _, name := range names {
			f.Schema = append(f.Schema, &bigquery.FieldSchema{Name: name, Type: bigquery.StringFieldType})
		}
		return bigquery.Schema{f}
	}
	w.table("homes", column("city"))
	send := w.connect()
	bonn := chunk(string(chunk("Bonn")))
	add := func(message *descriptorpb.DescriptorProto, row []byte) {
		t.Helper()
		r := request("projects/"+cmektest.Project+"/datasets/d/tables/homes/_default", -1, row)
		r.GetProtoRows().WriterSchema.ProtoDescriptor = message
		if answer, err := send(r); err != nil || fault(answer) != nil {
			t.Fatalf("got %v, %v", answer, err)
		}
	}
	add(home("city"), bonn)
	w.grow("homes", column("city", "street"))
	add(home("city"), bonn)
	add(home("city", "street"), chunk(string(append(chunk("Oslo"), 0x12, 1, 'A'))))
	var got []any
	for _, row := range w.ReadRows(cmektest.Project + ".d.homes") {
		got = append(got, row["v"])
	}
	city := func(city string, street any) any { return map[string]bigquery.Value{"city": city, "street": street} }
	if diff := cmp.Diff([]any{city("Bonn", nil), city("Bonn", nil), city("Oslo", "A")}, got); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
}

func TestStreamsRefuseATableThatWasReplacedWithOtherTypes(t *testing.T) {
	w := newWorld(t)
	pending, buffered := w.stream(storagepb.WriteStream_PENDING), w.stream(storagepb.WriteStream_BUFFERED)
	send := w.connect()
	for _, name := range []string{pending, buffered} {
		if _, err := w.append(request(name, 0, row(1))); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := send(request(table+"/_default", -1, row(1))); err != nil {
		t.Fatal(err)
	}
	w.finalize(pending)
	w.replace("SELECT 'x' AS id, 2 AS name")
	answer, err := send(request("", -1, row(2)))
	if err != nil {
		t.Fatal(err)
	}
	wantCode(t, fault(answer), codes.InvalidArgument, 0)
	_, err = w.commit(pending)
	wantCode(t, err, codes.InvalidArgument, 0)
	wantCode(t, w.flush(buffered, 0), codes.InvalidArgument, 0)
	want := []map[string]bigquery.Value{{"id": "x", "name": int64(2)}}
	if diff := cmp.Diff(want, w.ReadRows(cmektest.Project+".d.t")); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
}

func TestStreamsOfADeletedTableWriteNothingToItsSuccessor(t *testing.T) {
	w := newWorld(t)
	old := w.stream(storagepb.WriteStream_PENDING)
	committed, buffered := w.stream(storagepb.WriteStream_COMMITTED), w.stream(storagepb.WriteStream_BUFFERED)
	for _, name := range []string{old, buffered} {
		if _, err := w.append(request(name, 0, row(1))); err != nil {
			t.Fatal(err)
		}
	}
	w.finalize(old)
	if err := w.BigQueryClient().Dataset("d").Table("t").Delete(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, err := w.append(request(table+"/_default", -1, row(1)))
	wantCode(t, err, codes.NotFound, storagepb.StorageError_TABLE_NOT_FOUND)
	_, err = w.commit(old)
	wantCode(t, err, codes.NotFound, storagepb.StorageError_TABLE_NOT_FOUND)
	w.table("t", wide()[:2])
	young := w.stream(storagepb.WriteStream_PENDING)
	if _, err := w.append(request(young, 0, row(2))); err != nil {
		t.Fatal(err)
	}
	w.finalize(young)
	for _, streams := range [][]string{{old}, {young, old}, {old, young}} {
		got, err := w.commit(streams...)
		if err != nil || got.GetCommitTime() != nil || len(got.GetStreamErrors()) != 1 ||
			got.GetStreamErrors()[0].GetCode() != storagepb.StorageError_STREAM_NOT_FOUND ||
			got.GetStreamErrors()[0].GetEntity() != old {
			t.Errorf("got %v, %v, want the stream of the deleted table refused", got, err)
		}
	}
	_, err = w.append(request(committed, 0, row(3)))
	wantCode(t, err, codes.NotFound, storagepb.StorageError_STREAM_NOT_FOUND)
	wantCode(t, w.flush(buffered, 0), codes.NotFound, storagepb.StorageError_TABLE_NOT_FOUND)
	if ids := w.ids(); len(ids) != 0 {
		t.Errorf("got rows %v in the new table, want none", ids)
	}
	if got, err := w.commit(young); err != nil || got.GetCommitTime() == nil {
		t.Errorf("got %v, %v, want the new table's stream committed", got, err)
	}
}
