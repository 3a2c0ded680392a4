package storage_test

import (
	"net/url"
	"testing"
	"time"

	storage "cloud.google.com/go/bigquery/storage/apiv1"
	"cloud.google.com/go/bigquery/storage/apiv1/storagepb"
	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
)

func (w *world) create() error {
	_, err := w.write.CreateWriteStream(w.t.Context(), &storagepb.CreateWriteStreamRequest{
		Parent: table, WriteStream: &storagepb.WriteStream{Type: storagepb.WriteStream_PENDING}})
	return err
}

func TestNewStreamsHaveAQuota(t *testing.T) {
	w := newWorld(t)
	w.write.CallOptions = &storage.BigQueryWriteCallOptions{} // it would retry for 20 minutes
	w.SetBigQueryLimits(emulator.BigQueryLimits{StreamsPerHour: 2})
	for i, want := range []codes.Code{codes.OK, codes.OK, codes.ResourceExhausted} {
		wantStatus(t, "stream "+string(rune('1'+i)), w.create(), want, "")
	}
	w.now = w.now.Add(time.Hour)
	wantStatus(t, "an hour later", w.create(), codes.OK, "")
}

func TestConnectionsHaveAQuota(t *testing.T) {
	w := newWorld(t)
	w.SetBigQueryLimits(emulator.BigQueryLimits{Connections: 1})
	send := w.connect()
	if _, err := send(request(table+"/_default", -1, row(1))); err != nil {
		t.Fatal(err)
	}
	_, err := w.connect()(request(table+"/_default", -1, row(2)))
	wantStatus(t, "a second connection", err, codes.ResourceExhausted, "Concurrent connections")
	if _, err := send(request("", -1, row(3))); err != nil {
		t.Errorf("the first connection: got %v", err)
	}
}

func TestThroughputIsRefilledInTenMinutes(t *testing.T) {
	w := newWorld(t)
	w.SetBigQueryLimits(emulator.BigQueryLimits{AppendBytes: 1000, BytesPerByte: 300})
	for _, tt := range []struct {
		name  string
		after time.Duration
		want  codes.Code
	}{
		{"within", 0, codes.ResourceExhausted}, // a row has 6 bytes, which count as 1,800
		{"refilling", 10*time.Minute - 1, codes.ResourceExhausted},
	} {
		w.now = w.now.Add(tt.after)
		_, err := w.append(request(table+"/_default", -1, row(1)))
		wantStatus(t, tt.name, err, tt.want, "AppendRows throughput")
	}
	w.SetBigQueryLimits(emulator.BigQueryLimits{AppendBytes: 2000, BytesPerByte: 300})
	w.now = w.now.Add(1)
	if _, err := w.append(request(table+"/_default", -1, row(1))); err != nil {
		t.Errorf("refilled: got %v", err)
	}
	if diff := cmp.Diff([]int64{1}, w.ids()); diff != "" {
		t.Errorf("ids (-want +got):\n%s", diff)
	}
}

func TestACommitHasLimits(t *testing.T) {
	w := newWorld(t)
	var streams []string
	for i := range 2 {
		streams = append(streams, w.stream(storagepb.WriteStream_PENDING))
		if _, err := w.append(request(streams[i], 0, row(i))); err != nil {
			t.Fatal(err)
		}
		w.finalize(streams[i])
	}
	for name, limits := range map[string]emulator.BigQueryLimits{
		"streams": {CommitStreams: 1}, "bytes": {CommitBytes: 11},
	} {
		w.SetBigQueryLimits(limits)
		_, err := w.commit(streams...)
		wantStatus(t, name, err, codes.InvalidArgument, name+" in a commit")
	}
	if got := w.ids(); len(got) > 0 {
		t.Errorf("got rows %v of refused commits, want none", got)
	}
	w.SetBigQueryLimits(emulator.BigQueryLimits{CommitStreams: 2, CommitBytes: 12})
	if _, err := w.commit(streams...); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]int64{0, 1}, w.ids()); diff != "" {
		t.Errorf("ids (-want +got):\n%s", diff)
	}
}

func TestRoutingHeadersNameTheStream(t *testing.T) {
	w := newWorld(t)
	const stream = table + "/streams/_default"
	for name, tt := range map[string]struct {
		header   string
		required bool
		want     codes.Code
	}{
		"none":                {"", false, codes.OK},
		"none where required": {"", true, codes.NotFound},
		"right":               {"write_stream=" + url.QueryEscape(stream), true, codes.OK},
		"of another stream":   {"write_stream=" + url.QueryEscape(stream+"s"), false, codes.InvalidArgument},
		"of a location":       {"write_location=projects%2Fp", true, codes.NotFound},
	} {
		w.SetBigQueryLimits(emulator.BigQueryLimits{RequireRouting: tt.required})
		ctx := t.Context()
		if tt.header != "" {
			ctx = metadata.AppendToOutgoingContext(ctx, "x-goog-request-params", tt.header)
		}
		call, err := w.write.AppendRows(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if err := call.Send(request(stream, -1, row(1))); err != nil {
			t.Fatal(err)
		}
		_, err = call.Recv()
		wantStatus(t, name, err, tt.want, "")
	}
}

func TestAConnectionGoesOnAfterARequestThatIsTooLarge(t *testing.T) {
	w := newWorld(t)
	answers, err := w.append(request(table+"/_default", -1, make([]byte, 10<<20)), request("", -1, row(1)))
	if err != nil || len(answers) != 2 {
		t.Fatalf("got %d answers, %v, want 2", len(answers), err)
	}
	wantStatus(t, "too large", fault(answers[0]), codes.InvalidArgument, "AppendRowsRequest is too large")
	if err := fault(answers[1]); err != nil {
		t.Errorf("got %v of the next request, want it appended", err)
	}
	if diff := cmp.Diff([]int64{1}, w.ids()); diff != "" {
		t.Errorf("ids (-want +got):\n%s", diff)
	}
}

func TestLateRequestsAreCarriedOutBetweenThoseOfANewConnection(t *testing.T) {
	w := newWorld(t)
	w.SetBigQueryLimits(emulator.BigQueryLimits{LateAppends: true})
	stream := w.stream(storagepb.WriteStream_PENDING)
	old, err := w.write.AppendRows(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	bad := request(stream, 0, []byte{0xff})
	for _, r := range []*storagepb.AppendRowsRequest{bad, request(stream, 1, row(1)), request(stream, 2, row(2))} {
		if err := old.Send(r); err != nil {
			t.Fatal(err)
		}
	}
	if answer, err := old.Recv(); err != nil || len(answer.GetRowErrors()) != 1 {
		t.Fatalf("got %v, %v, want a refused row", answer, err)
	}
	_, err = old.Recv()
	wantStatus(t, "the connection", err, codes.Unavailable, "")
	if answers, err := w.append(request(stream, 0, row(10))); err != nil || fault(answers[0]) != nil {
		t.Fatalf("got %v, %v", answers, err)
	}
	// Row 1 came behind row 10 and row 2 comes when the stream is finalized.
	w.finalize(stream)
	if _, err := w.commit(stream); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]int64{10, 1, 2}, w.ids()); diff != "" {
		t.Errorf("ids (-want +got):\n%s", diff)
	}
}

func TestRowsWaitInWriteOptimizedStorage(t *testing.T) {
	w := newWorld(t)
	name := cmektest.Project + ".d.t"
	client := w.BigQueryClient()
	count := func() (rows uint64, waiting uint64) {
		meta, err := client.Dataset("d").Table("t").Metadata(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if meta.StreamingBuffer != nil {
			waiting = meta.StreamingBuffer.EstimatedRows
		}
		return meta.NumRows, waiting
	}
	copied := func(to string) int {
		job, err := client.Dataset("d").Table(to).CopierFrom(client.Dataset("d").Table("t")).Run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if status, err := job.Wait(t.Context()); err != nil || status.Err() != nil {
			t.Fatal(err, status.Err())
		}
		return len(w.ReadRows(cmektest.Project + ".d." + to))
	}
	if _, err := w.append(request(table+"/_default", -1, row(1), row(2))); err != nil {
		t.Fatal(err)
	}
	w.now = w.now.Add(time.Hour)
	if _, err := w.append(request(table+"/_default", -1, row(3))); err != nil {
		t.Fatal(err)
	}
	for i, tt := range []struct {
		after         time.Duration
		rows, waiting uint64
	}{{0, 0, 3}, {30 * time.Minute, 2, 1}, {time.Hour, 3, 0}} {
		w.now = w.now.Add(tt.after)
		if rows, waiting := count(); rows != tt.rows || waiting != tt.waiting {
			t.Errorf("step %d: got %d rows and %d waiting, want %d and %d", i, rows, waiting, tt.rows, tt.waiting)
		}
		if got := copied("copy" + string(rune('0'+i))); got != int(tt.rows) {
			t.Errorf("step %d: got %d rows copied, want %d", i, got, tt.rows)
		}
		if got := len(w.ReadRows(name)); got != 3 {
			t.Errorf("step %d: got %d rows read, want 3", i, got)
		}
	}
}
