package storage_test

import (
	"strings"
	"testing"
	"time"

	"cloud.google.com/go/bigquery"
	"cloud.google.com/go/bigquery/storage/apiv1/storagepb"
	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/known/timestamppb"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
)

// wantStatus checks the code and a part of the message of an error.
func wantStatus(t testing.TB, what string, err error, code codes.Code, text string) {
	t.Helper()
	if s := status.Convert(err); s.Code() != code || !strings.Contains(s.Message(), text) {
		t.Errorf("%s: got %v, want %s with %q", what, err, code, text)
	}
}

func TestFirstRequestsOfAConnectionAreRefused(t *testing.T) {
	w := newWorld(t)
	committed, other := w.stream(storagepb.WriteStream_COMMITTED), w.stream(storagepb.WriteStream_COMMITTED)
	const first = table + "/_default"
	good := func() *storagepb.AppendRowsRequest { return request(first, -1, row(1)) }
	noSchema, arrow, defaults := good(), good(), good()
	noSchema.GetProtoRows().WriterSchema = nil
	arrow.Rows = &storagepb.AppendRowsRequest_ArrowRows{ArrowRows: &storagepb.AppendRowsRequest_ArrowData{}}
	defaults.MissingValueInterpretations = map[string]storagepb.AppendRowsRequest_MissingValueInterpretation{
		"name": storagepb.AppendRowsRequest_DEFAULT_VALUE}
	for name, tt := range map[string]struct {
		requests []*storagepb.AppendRowsRequest
		code     codes.Code
		want     string
	}{
		"no stream":      {[]*storagepb.AppendRowsRequest{request("", -1, row(1))}, codes.InvalidArgument, "The write_stream is required in the first request."},
		"no schema":      {[]*storagepb.AppendRowsRequest{noSchema}, codes.InvalidArgument, "The writer_schema is required in the first request."},
		"Arrow":          {[]*storagepb.AppendRowsRequest{arrow}, codes.Unimplemented, "no rows in Arrow format"},
		"default values": {[]*storagepb.AppendRowsRequest{defaults}, codes.Unimplemented, "no default values, as for name."},
		"no table":       {[]*storagepb.AppendRowsRequest{request("projects/p/tables/t", -1)}, codes.InvalidArgument, `Invalid name "projects/p/tables/t", want projects/P/datasets/D/tables/T`},
		"missing table":  {[]*storagepb.AppendRowsRequest{request(table+"s/_default", -1)}, codes.NotFound, "Not found: Table cmektest-project:d.ts"},
		"missing stream": {[]*storagepb.AppendRowsRequest{request(table+"/streams/none", -1)}, codes.NotFound, "Requested entity was not found."},
		"from default":   {[]*storagepb.AppendRowsRequest{good(), request(committed, -1, row(1))}, codes.InvalidArgument, "between default streams only"},
		"to default":     {[]*storagepb.AppendRowsRequest{request(committed, -1), good()}, codes.InvalidArgument, "between default streams only"},
		"to another":     {[]*storagepb.AppendRowsRequest{request(committed, -1), request(other, -1)}, codes.InvalidArgument, "between default streams only"},
	} {
		_, err := w.append(tt.requests...)
		wantStatus(t, name, err, tt.code, tt.want)
	}
}

func TestAConnectionServesTheDefaultStreamsOfManyTables(t *testing.T) {
	w := newWorld(t)
	w.table("u", wide()[:2])
	other := request(table[:len(table)-1]+"u/_default", -1, row(2))
	if _, err := w.append(request(table+"/_default", -1, row(1)), other, request(table+"/_default", -1, row(3))); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]int64{1, 3}, w.ids()); diff != "" {
		t.Errorf("rows of t (-want +got):\n%s", diff)
	}
	if rows := w.ReadRows(cmektest.Project + ".d.u"); len(rows) != 1 || rows[0]["id"] != int64(2) {
		t.Errorf("got rows %v of u, want id 2", rows)
	}
}

func TestWriterSchemasThatDoNotFitTheTable(t *testing.T) {
	w := newWorld(t)
	w.table("r", bigquery.Schema{{Name: "v", Type: bigquery.RecordFieldType,
		Schema: bigquery.Schema{{Name: "city", Type: bigquery.StringFieldType}}}})
	repeated := func(f *descriptorpb.FieldDescriptorProto) *descriptorpb.FieldDescriptorProto {
		f.Label = descriptorpb.FieldDescriptorProto_LABEL_REPEATED.Enum()
		return f
	}
	typed := func(name string) *descriptorpb.FieldDescriptorProto {
		f := field("v", 1, descriptorpb.FieldDescriptorProto_TYPE_MESSAGE)
		f.TypeName = proto.String(name)
		return f
	}
	fields := func(list ...*descriptorpb.FieldDescriptorProto) *descriptorpb.DescriptorProto {
		return &descriptorpb.DescriptorProto{Name: proto.String("Row"), Field: list}
	}
	id := func() *descriptorpb.FieldDescriptorProto { return field("id", 1, typeInt64) }
	const extra = storagepb.StorageError_SCHEMA_MISMATCH_EXTRA_FIELDS
	for name, tt := range map[string]struct {
		table  string
		schema *descriptorpb.DescriptorProto
		want   string
		reason storagepb.StorageError_StorageErrorCode
	}{
		"unknown field":    {"t", fields(id(), field("nope", 2, typeInt64)), "unknown to BigQuery: root.nope.", extra},
		"required missing": {"t", fields(field("name", 1, typeString)), "The required field id is missing from the proto schema.", 0},
		"repeated":         {"t", fields(repeated(id())), "field id is repeated in one of table and proto schema only", 0},
		"type":             {"t", fields(field("id", 1, typeString)), "mismatched with BigQuery field at id, the proto field type string, BigQuery field type INT64", 0},
		"no message":       {"r", fields(field("v", 1, typeString)), "mismatched with BigQuery field at v, want a message", 0},
		"message missing":  {"r", fields(typed("Gone")), "the type Gone of v is not in it", 0},
		"absolute name":    {"r", fields(typed(".Row.Gone")), "the type .Row.Gone of v is not in it", 0},
	} {
		r := request(table[:len(table)-1]+tt.table+"/_default", -1)
		r.GetProtoRows().WriterSchema.ProtoDescriptor = tt.schema
		answers, err := w.append(r)
		if err != nil {
			t.Errorf("%s: got the connection ended by %v, want an answer", name, err)
			continue
		}
		wantStatus(t, name, fault(answers[0]), codes.InvalidArgument, tt.want)
		wantCode(t, fault(answers[0]), codes.InvalidArgument, tt.reason)
	}
	answers, err := w.append(request(table+"/_default", 0, row(1)))
	if err != nil {
		t.Fatal(err)
	}
	wantStatus(t, "offset", fault(answers[0]), codes.InvalidArgument, "Offset is not allowed for the default stream.")
}

func TestMessageTypesAreFoundByTheirNames(t *testing.T) {
	for i, name := range []string{"Home", ".Row.Home", "Row.Home"} {
		w := newWorld(t)
		message := home("city")
		message.Field[0].TypeName = proto.String(name)
		column := &bigquery.FieldSchema{Name: "v", Type: bigquery.RecordFieldType,
			Schema: bigquery.Schema{{Name: "city", Type: bigquery.StringFieldType}}}
		if err := w.appendOne("t"+string(rune('a'+i)), column, message, chunk(string(chunk("Bonn")))); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCallsOfWriteStreamsAreRefused(t *testing.T) {
	w := newWorld(t)
	create := func(parent string, kind storagepb.WriteStream_Type) error {
		_, err := w.write.CreateWriteStream(t.Context(), &storagepb.CreateWriteStreamRequest{
			Parent: parent, WriteStream: &storagepb.WriteStream{Type: kind}})
		return err
	}
	finalize := func(name string) error {
		_, err := w.write.FinalizeWriteStream(t.Context(), &storagepb.FinalizeWriteStreamRequest{Name: name})
		return err
	}
	get := func(name string) error {
		_, err := w.write.GetWriteStream(t.Context(), &storagepb.GetWriteStreamRequest{Name: name})
		return err
	}
	commit := func(parent string, streams ...string) error {
		_, err := w.write.BatchCommitWriteStreams(t.Context(),
			&storagepb.BatchCommitWriteStreamsRequest{Parent: parent, WriteStreams: streams})
		return err
	}
	const pending, gone = storagepb.WriteStream_PENDING, table + "/streams/gone"
	a, buffered := w.stream(pending), w.stream(storagepb.WriteStream_BUFFERED)
	_, noOffset := w.write.FlushRows(t.Context(), &storagepb.FlushRowsRequest{WriteStream: buffered})
	for name, tt := range map[string]struct {
		err  error
		code codes.Code
		want string
	}{
		"create without type":       {create(table, storagepb.WriteStream_TYPE_UNSPECIFIED), codes.InvalidArgument, "want COMMITTED, PENDING or BUFFERED"},
		"create below a stream":     {create(a, pending), codes.InvalidArgument, "want a table"},
		"create of a missing table": {create(table+"x", pending), codes.NotFound, "Not found: Table"},
		"create of a bad name":      {create("x", pending), codes.InvalidArgument, "Invalid name"},
		"finalize the default":      {finalize(table + "/streams/_default"), codes.InvalidArgument, "The default stream can't be finalized."},
		"finalize a missing one":    {finalize(gone), codes.NotFound, "Requested entity was not found."},
		"finalize a bad name":       {finalize("x"), codes.InvalidArgument, "Invalid name"},
		"get a missing one":         {get(gone), codes.NotFound, "Requested entity was not found."},
		"get of a missing table":    {get(table + "x/streams/gone"), codes.NotFound, "Not found: Table"},
		"get a bad name":            {get(table + "/streams/"), codes.InvalidArgument, "Invalid name"},
		"commit nothing":            {commit(table), codes.InvalidArgument, "The write_streams are required."},
		"commit twice":              {commit(table, a, a), codes.InvalidArgument, "is named twice"},
		"commit another table's":    {commit(table+"x", a), codes.InvalidArgument, "is not of table"},
		"commit a bad name":         {commit("x", a), codes.InvalidArgument, "Invalid name"},
		"flush without offset":      {noOffset, codes.InvalidArgument, "The offset is required."},
		"flush a pending one":       {w.flush(a, 0), codes.InvalidArgument, "Only BUFFERED streams can be flushed."},
		"flush a missing one":       {w.flush(gone, 0), codes.NotFound, "Requested entity was not found."},
		"flush before the start":    {w.flush(buffered, -1), codes.OutOfRange, "The offset is beyond stream."},
	} {
		wantStatus(t, name, tt.err, tt.code, tt.want)
	}
	got, err := w.commit(a, gone, buffered)
	if err != nil {
		t.Fatal(err)
	}
	var reasons []storagepb.StorageError_StorageErrorCode
	for _, e := range got.GetStreamErrors() {
		reasons = append(reasons, e.GetCode())
	}
	want := []storagepb.StorageError_StorageErrorCode{storagepb.StorageError_STREAM_NOT_FOUND,
		storagepb.StorageError_INVALID_STREAM_STATE, storagepb.StorageError_INVALID_STREAM_TYPE}
	if diff := cmp.Diff(want, reasons); diff != "" || got.GetCommitTime() != nil {
		t.Errorf("got commit time %v, want none; reasons (-want +got):\n%s", got.GetCommitTime(), diff)
	}
}

func TestStreamsAreDescribed(t *testing.T) {
	w := newWorld(t)
	w.table("types", bigquery.Schema{
		{Name: "i", Type: bigquery.IntegerFieldType, Required: true}, {Name: "f", Type: bigquery.FloatFieldType, Repeated: true},
		{Name: "n", Type: bigquery.BigNumericFieldType}, {Name: "w", Type: bigquery.DateTimeFieldType},
		{Name: "r", Type: bigquery.RecordFieldType, Schema: bigquery.Schema{{Name: "j", Type: bigquery.JSONFieldType}}},
	})
	column := func(name string, typ storagepb.TableFieldSchema_Type, mode storagepb.TableFieldSchema_Mode) *storagepb.TableFieldSchema {
		return &storagepb.TableFieldSchema{Name: name, Type: typ, Mode: mode}
	}
	const nullable = storagepb.TableFieldSchema_NULLABLE
	record := column("r", storagepb.TableFieldSchema_STRUCT, nullable)
	record.Fields = []*storagepb.TableFieldSchema{column("j", storagepb.TableFieldSchema_JSON, nullable)}
	schema := &storagepb.TableSchema{Fields: []*storagepb.TableFieldSchema{
		column("i", storagepb.TableFieldSchema_INT64, storagepb.TableFieldSchema_REQUIRED),
		column("f", storagepb.TableFieldSchema_DOUBLE, storagepb.TableFieldSchema_REPEATED),
		column("n", storagepb.TableFieldSchema_BIGNUMERIC, nullable), column("w", storagepb.TableFieldSchema_DATETIME, nullable), record,
	}}
	const types = table + "ypes"
	got, err := w.write.GetWriteStream(t.Context(), &storagepb.GetWriteStreamRequest{
		Name: types + "/streams/_default", View: storagepb.WriteStreamView_FULL})
	want := &storagepb.WriteStream{
		Name: types + "/streams/_default", Type: storagepb.WriteStream_COMMITTED,
		WriteMode: storagepb.WriteStream_INSERT, Location: place, TableSchema: schema,
	}
	if diff := cmp.Diff(want, got, protocmp.Transform()); err != nil || diff != "" {
		t.Errorf("default stream: %v (-want +got):\n%s", err, diff)
	}
	name := w.stream(storagepb.WriteStream_PENDING)
	created := w.now
	w.now = w.now.Add(time.Hour)
	w.finalize(name)
	if _, err := w.commit(name); err != nil {
		t.Fatal(err)
	}
	got, err = w.write.GetWriteStream(t.Context(), &storagepb.GetWriteStreamRequest{Name: name})
	want = &storagepb.WriteStream{
		Name: name, Type: storagepb.WriteStream_PENDING, CreateTime: timestamppb.New(created), CommitTime: timestamppb.New(w.now),
		WriteMode: storagepb.WriteStream_INSERT, Location: place,
	}
	if diff := cmp.Diff(want, got, protocmp.Transform()); err != nil || diff != "" {
		t.Errorf("committed stream: %v (-want +got):\n%s", err, diff)
	}
}

func TestStreamsExpireThreeDaysAfterTheirLastUse(t *testing.T) {
	w := newWorld(t)
	used, unused := w.stream(storagepb.WriteStream_COMMITTED), w.stream(storagepb.WriteStream_COMMITTED)
	w.now = w.now.Add(72 * time.Hour)
	answers, err := w.append(request(used, 0, row(1)))
	if err != nil || fault(answers[0]) != nil {
		t.Fatalf("after three days: got %v, %v", answers, err)
	}
	w.now = w.now.Add(time.Second)
	_, err = w.append(request(unused, 0, row(2)))
	wantCode(t, err, codes.NotFound, storagepb.StorageError_STREAM_NOT_FOUND)
	answers, err = w.append(request(used, 1, row(3)))
	if err != nil || fault(answers[0]) != nil {
		t.Errorf("a stream that was used: got %v, %v", answers, err)
	}
}

func TestReadCallsAreRefused(t *testing.T) {
	w := newWorld(t)
	w.fill(3)
	s, err := w.session(nil, 1)
	if err != nil {
		t.Fatal(err)
	}
	stream := s.GetStreams()[0].GetName()
	for name, tt := range map[string]struct {
		stream string
		offset int64
		code   codes.Code
	}{
		"beyond the end": {stream, 4, codes.OutOfRange}, "before the start": {stream, -1, codes.OutOfRange},
		"other number": {stream[:len(stream)-1] + "1", 0, codes.NotFound}, "odd number": {stream[:len(stream)-1] + "00", 0, codes.NotFound},
		"no number": {s.GetName(), 0, codes.NotFound}, "other session": {"projects/p/locations/us/sessions/s/streams/0", 0, codes.NotFound},
	} {
		if _, _, err := w.readIDs(s, tt.stream, tt.offset); status.Code(err) != tt.code {
			t.Errorf("%s: got %v, want %s", name, err, tt.code)
		}
	}
	if ids, _, err := w.readIDs(s, stream, 3); err != nil || len(ids) != 0 {
		t.Errorf("from the end: got %v, %v, want no rows", ids, err)
	}
	split, err := w.read.SplitReadStream(t.Context(), &storagepb.SplitReadStreamRequest{Name: stream})
	if err != nil || split.GetPrimaryStream() != nil || split.GetRemainderStream() != nil {
		t.Errorf("got %v, %v, want a stream that can't be split", split, err)
	}
	_, err = w.read.SplitReadStream(t.Context(), &storagepb.SplitReadStreamRequest{Name: stream + "9"})
	wantStatus(t, "split a missing stream", err, codes.NotFound, "Requested entity was not found")
}

func TestSessionsThatAreNotServed(t *testing.T) {
	w := newWorld(t)
	now := &storagepb.ReadSession_TableModifiers{SnapshotTime: timestamppb.Now()}
	sample := &storagepb.ReadSession_TableReadOptions{SamplePercentage: proto.Float64(10)}
	const arrow = storagepb.DataFormat_ARROW
	for name, tt := range map[string]struct {
		parent  string
		session *storagepb.ReadSession
		code    codes.Code
		want    string
	}{
		"parent":   {"p", &storagepb.ReadSession{Table: table, DataFormat: arrow}, codes.InvalidArgument, `Invalid parent "p", want projects/P`},
		"location": {"projects/p/locations/us", &storagepb.ReadSession{Table: table, DataFormat: arrow}, codes.InvalidArgument, "want projects/P"},
		"table":    {"projects/p", &storagepb.ReadSession{Table: "d.t", DataFormat: arrow}, codes.InvalidArgument, `Invalid table "d.t"`},
		"stream":   {"projects/p", &storagepb.ReadSession{Table: table + "/_default", DataFormat: arrow}, codes.InvalidArgument, "Invalid table"},
		"missing":  {"projects/p", &storagepb.ReadSession{Table: table + "x", DataFormat: arrow}, codes.NotFound, "Not found: Table"},
		"format":   {"projects/p", &storagepb.ReadSession{Table: table}, codes.InvalidArgument, "The data_format is required."},
		"snapshot": {"projects/p", &storagepb.ReadSession{Table: table, DataFormat: arrow, TableModifiers: now}, codes.Unimplemented, "no snapshot_time"},
		"sample":   {"projects/p", &storagepb.ReadSession{Table: table, DataFormat: arrow, ReadOptions: sample}, codes.Unimplemented, "sample_percentage"},
		"nested":   {"projects/p", &storagepb.ReadSession{Table: table, DataFormat: arrow, ReadOptions: &storagepb.ReadSession_TableReadOptions{SelectedFields: []string{"name.x"}}}, codes.Unimplemented, "selects whole columns only, not name.x"},
	} {
		_, err := w.read.CreateReadSession(t.Context(), &storagepb.CreateReadSessionRequest{Parent: tt.parent, ReadSession: tt.session})
		wantStatus(t, name, err, tt.code, tt.want)
	}
	w.fill(1)
	_, err := w.session(&storagepb.ReadSession_TableReadOptions{RowRestriction: "1 / id > 0"}, 1)
	wantStatus(t, "a restriction that fails on a row", err, codes.InvalidArgument, "Query error: division by zero")
}

func TestSessionsHaveTheStreamsThatTheClientWants(t *testing.T) {
	w := newWorld(t)
	w.fill(6500)
	for _, tt := range []struct{ most, least, want int32 }{{0, 0, 4}, {1, 0, 1}, {5, 0, 5}, {100, 0, 7}, {0, 6, 6}, {0, 50, 7}, {2, 6, 2}} {
		s, err := w.read.CreateReadSession(t.Context(), &storagepb.CreateReadSessionRequest{
			Parent: "projects/p", MaxStreamCount: tt.most, PreferredMinStreamCount: tt.least,
			ReadSession: &storagepb.ReadSession{Table: table, DataFormat: storagepb.DataFormat_ARROW},
		})
		if err != nil || len(s.GetStreams()) != int(tt.want) || s.GetEstimatedRowCount() != 6500 {
			t.Errorf("at most %d, preferably %d: got %d streams, %d rows, %v, want %d streams", tt.most, tt.least,
				len(s.GetStreams()), s.GetEstimatedRowCount(), err, tt.want)
		}
	}
}

func TestOffsetsOfAFinalizedStream(t *testing.T) {
	w := newWorld(t)
	s := w.stream(storagepb.WriteStream_COMMITTED)
	if _, err := w.append(request(s, 0, row(1), row(2))); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		got, err := w.write.FinalizeWriteStream(t.Context(), &storagepb.FinalizeWriteStreamRequest{Name: s})
		if err != nil || got.GetRowCount() != 2 {
			t.Errorf("got %v, %v, want 2 rows as often as it is finalized", got, err)
		}
	}
	for _, offset := range []*wrapperspb.Int64Value{nil, wrapperspb.Int64(0), wrapperspb.Int64(2)} {
		r := request(s, -1, row(3))
		r.Offset = offset
		answers, err := w.append(r)
		if err != nil {
			t.Fatal(err)
		}
		wantCode(t, fault(answers[0]), codes.InvalidArgument, storagepb.StorageError_STREAM_FINALIZED)
	}
}
