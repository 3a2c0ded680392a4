package storage_test

import (
	"testing"

	"cloud.google.com/go/bigquery/storage/apiv1/storagepb"
	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
)

// fault returns what an answer says of its own request.
func fault(a *storagepb.AppendRowsResponse) error { return status.ErrorProto(a.GetError()) }

func TestDefaultStreamShowsRowsAtOnce(t *testing.T) {
	w := newWorld(t)
	for _, name := range []string{table + "/streams/_default", table + "/_default"} {
		answers, err := w.append(request(name, -1, row(1), row(2)), request("", -1, row(3)))
		if err != nil || len(answers) != 2 || fault(answers[0]) != nil || answers[0].GetAppendResult().GetOffset() != nil {
			t.Errorf("got %v, %v", answers, err)
		}
	}
	if diff := cmp.Diff([]int64{1, 2, 3, 1, 2, 3}, w.ids()); diff != "" {
		t.Error(diff)
	}
}

func TestOffsetsMakeAppendsHappenOnce(t *testing.T) {
	w := newWorld(t)
	s := w.stream(storagepb.WriteStream_COMMITTED)
	answers, err := w.append(request(s, 0, row(1), row(2)), request(s, 0, row(1), row(2)), request(s, 5, row(9)),
		request(s, 2, row(3)), request(s, -1, row(4)))
	if err != nil || len(answers) != 5 {
		t.Fatalf("got %d answers, %v", len(answers), err)
	}
	wantCode(t, fault(answers[1]), codes.AlreadyExists, storagepb.StorageError_OFFSET_ALREADY_EXISTS)
	wantCode(t, fault(answers[2]), codes.OutOfRange, storagepb.StorageError_OFFSET_OUT_OF_RANGE)
	for i, want := range map[int]int64{0: 0, 3: 2, 4: 3} {
		if got := answers[i].GetAppendResult().GetOffset(); got == nil || got.GetValue() != want {
			t.Errorf("answer %d: got offset %v, want %d", i, got, want)
		}
	}
	if diff := cmp.Diff([]int64{1, 2, 3, 4}, w.ids()); diff != "" {
		t.Error(diff)
	}
}

func TestPendingStreamsCommitTogetherOrNotAtAll(t *testing.T) {
	w := newWorld(t)
	a, b := w.stream(storagepb.WriteStream_PENDING), w.stream(storagepb.WriteStream_PENDING)
	for s, id := range map[string]int{a: 1, b: 2} {
		if _, err := w.append(request(s, 0, row(id))); err != nil {
			t.Fatal(err)
		}
	}
	finalize := func(name string) {
		t.Helper()
		got, err := w.write.FinalizeWriteStream(t.Context(), &storagepb.FinalizeWriteStreamRequest{Name: name})
		if err != nil || got.GetRowCount() != 1 {
			t.Fatalf("got %v, %v, want 1 row", got, err)
		}
	}
	commit := func() *storagepb.BatchCommitWriteStreamsResponse {
		t.Helper()
		got, err := w.write.BatchCommitWriteStreams(t.Context(),
			&storagepb.BatchCommitWriteStreamsRequest{Parent: table, WriteStreams: []string{a, b}})
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	finalize(a)
	got := commit()
	if got.GetCommitTime() != nil || len(got.GetStreamErrors()) != 1 ||
		got.GetStreamErrors()[0].GetCode() != storagepb.StorageError_INVALID_STREAM_STATE {
		t.Errorf("got %v, want the stream refused that is not finalized", got)
	}
	if ids := w.ids(); len(ids) != 0 {
		t.Errorf("got rows %v before the commit", ids)
	}
	finalize(b)
	if got := commit(); got.GetCommitTime() == nil || len(got.GetStreamErrors()) != 0 {
		t.Errorf("got %v, want it committed", got)
	}
	if got := commit(); len(got.GetStreamErrors()) != 2 ||
		got.GetStreamErrors()[0].GetCode() != storagepb.StorageError_STREAM_ALREADY_COMMITTED {
		t.Errorf("got %v, want a second commit refused", got)
	}
	if diff := cmp.Diff([]int64{1, 2}, w.ids()); diff != "" {
		t.Error(diff)
	}
	answers, err := w.append(request(a, 1, row(3)))
	if err != nil {
		t.Fatal(err)
	}
	wantCode(t, fault(answers[0]), codes.InvalidArgument, storagepb.StorageError_STREAM_FINALIZED)
}

func TestBufferedStreamShowsWhatIsFlushed(t *testing.T) {
	w := newWorld(t)
	s := w.stream(storagepb.WriteStream_BUFFERED)
	if _, err := w.append(request(s, 0, row(1), row(2), row(3))); err != nil {
		t.Fatal(err)
	}
	flush := func(offset int64) error {
		_, err := w.write.FlushRows(t.Context(),
			&storagepb.FlushRowsRequest{WriteStream: s, Offset: wrapperspb.Int64(offset)})
		return err
	}
	for _, offset := range []int64{1, 0, 1} {
		if err := flush(offset); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff([]int64{1, 2}, w.ids()); diff != "" {
		t.Error(diff)
	}
	wantCode(t, flush(3), codes.OutOfRange, storagepb.StorageError_OFFSET_OUT_OF_RANGE)
}

func TestBadRowsMakeARequestVoid(t *testing.T) {
	w := newWorld(t)
	answers, err := w.append(request(table+"/streams/_default", -1, row(1), []byte{0x12, 1, 'x'}, []byte{0xff}, row(4)))
	if err != nil {
		t.Fatal(err)
	}
	wantCode(t, fault(answers[0]), codes.InvalidArgument, 0)
	bad := answers[0].GetRowErrors()
	if len(bad) != 2 || bad[0].GetIndex() != 1 || bad[1].GetIndex() != 2 || bad[0].GetCode() != storagepb.RowError_FIELDS_ERROR {
		t.Errorf("got %v, want rows 1 and 2", bad)
	}
	if ids := w.ids(); len(ids) != 0 {
		t.Errorf("got rows %v, want none of the request", ids)
	}
}

func TestAppendNeedsTheKey(t *testing.T) {
	w := newWorld(t)
	pending := w.stream(storagepb.WriteStream_PENDING)
	w.DenyKey(w.key)
	for _, name := range []string{table + "/streams/_default", pending} {
		_, err := w.append(request(name, -1, row(1)))
		wantCode(t, err, codes.PermissionDenied, storagepb.StorageError_KMS_PERMISSION_DENIED)
	}
	w.GrantKey(w.key)
	w.DisableKey(w.key)
	_, err := w.append(request(table+"/streams/_default", -1, row(1)))
	wantCode(t, err, codes.FailedPrecondition, storagepb.StorageError_CMEK_ENCRYPTION_ERROR)
}

func TestFaultsStrikeSingleRequestsOfAConnection(t *testing.T) {
	for name, tt := range map[string]struct {
		fault emulator.Fault
		code  codes.Code
		want  []int64
	}{
		"before": {emulator.Fault{Code: codes.ResourceExhausted}, codes.ResourceExhausted, []int64{1, 2}},
		"after":  {emulator.Fault{Reset: true}, codes.Unavailable, []int64{1, 2, 3}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			tt.fault.Method, tt.fault.Call = "bigquerystorage.AppendRows", 3
			w.Inject(tt.fault)
			s := w.stream(storagepb.WriteStream_COMMITTED)
			answers, err := w.append(request(s, 0, row(1)), request("", 1, row(2)), request("", 2, row(3)), request("", 3, row(4)))
			if len(answers) != 2 || status.Code(err) != tt.code {
				t.Errorf("got %d answers, then %v, want 2 and %s", len(answers), err, tt.code)
			}
			if diff := cmp.Diff(tt.want, w.ids()); diff != "" {
				t.Error(diff)
			}
		})
	}
}
