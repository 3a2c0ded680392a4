package storage_test

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"cloud.google.com/go/bigquery/storage/apiv1/storagepb"
	"github.com/apache/arrow/go/v15/arrow/array"
	"github.com/apache/arrow/go/v15/arrow/ipc"
	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
)

// fill puts ids from 0 to n-1 into d.t.
func (w *world) fill(n int) {
	w.t.Helper()
	rows := make([][]byte, n)
	for i := range rows {
		rows[i] = row(i)
	}
	answers, err := w.append(request(table+"/streams/_default", -1, rows...))
	if err != nil || fault(answers[0]) != nil {
		w.t.Fatal(answers, err)
	}
}

func (w *world) session(options *storagepb.ReadSession_TableReadOptions, streams int32) (*storagepb.ReadSession, error) {
	return w.read.CreateReadSession(w.t.Context(), &storagepb.CreateReadSessionRequest{
		Parent: "projects/p", MaxStreamCount: streams,
		ReadSession: &storagepb.ReadSession{Table: table, DataFormat: storagepb.DataFormat_ARROW, ReadOptions: options},
	})
}

// ids reads the first column of a stream, and how many columns there are.
func (w *world) readIDs(s *storagepb.ReadSession, stream string, offset int64) (ids []int64, columns int, err error) {
	w.t.Helper()
	call, err := w.read.ReadRows(w.t.Context(), &storagepb.ReadRowsRequest{ReadStream: stream, Offset: offset})
	for err == nil {
		var answer *storagepb.ReadRowsResponse
		if answer, err = call.Recv(); err != nil {
			break
		}
		r, fault := ipc.NewReader(io.MultiReader(bytes.NewReader(s.GetArrowSchema().GetSerializedSchema()),
			bytes.NewReader(answer.GetArrowRecordBatch().GetSerializedRecordBatch())))
		if fault != nil {
			w.t.Fatal(fault)
		}
		for r.Next() {
			columns = int(r.Record().NumCols())
			ids = append(ids, r.Record().Column(0).(*array.Int64).Int64Values()...)
		}
		r.Release()
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return ids, columns, err
}

func TestStreamsHoldEveryRowOnce(t *testing.T) {
	w := newWorld(t)
	const n = 5000
	w.fill(n)
	s, err := w.session(nil, 3)
	if err != nil || len(s.GetStreams()) != 3 {
		t.Fatalf("got %v, %v, want 3 streams", s, err)
	}
	w.fill(1) // too late for the session
	seen := make(map[int64]int)
	for _, stream := range s.GetStreams() {
		ids, columns, err := w.readIDs(s, stream.GetName(), 0)
		if err != nil || columns != 2 {
			t.Fatalf("got %d columns, %v", columns, err)
		}
		for _, id := range ids {
			seen[id]++
		}
		rest, _, err := w.readIDs(s, stream.GetName(), 100)
		if diff := cmp.Diff(ids[100:], rest); diff != "" || err != nil {
			t.Errorf("from an offset: %v, %s", err, diff)
		}
	}
	for id := range int64(n) {
		if seen[id] != 1 {
			t.Errorf("got id %d %d times", id, seen[id])
		}
	}
	if len(seen) != n {
		t.Errorf("got %d ids, want %d", len(seen), n)
	}
}

func TestSessionSelectsColumnsAndRows(t *testing.T) {
	w := newWorld(t)
	w.fill(10)
	s, err := w.session(&storagepb.ReadSession_TableReadOptions{
		SelectedFields: []string{"id"}, RowRestriction: `id > 3 AND name != "n5"`,
	}, 1)
	if err != nil {
		t.Fatal(err)
	}
	ids, columns, err := w.readIDs(s, s.GetStreams()[0].GetName(), 0)
	if diff := cmp.Diff([]int64{4, 6, 7, 8, 9}, ids); diff != "" || columns != 1 || err != nil {
		t.Errorf("got %d columns, %v, %s", columns, err, diff)
	}
}

func TestSessionRefusals(t *testing.T) {
	w := newWorld(t)
	for name, options := range map[string]*storagepb.ReadSession_TableReadOptions{
		"column":      {SelectedFields: []string{"nope"}},
		"restriction": {RowRestriction: "id >"},
		"type":        {RowRestriction: `id = "x" + 1`},
	} {
		if _, err := w.session(options, 1); status.Code(err) != codes.InvalidArgument {
			t.Errorf("%s: got %v, want InvalidArgument", name, err)
		}
	}
	if s, err := w.session(nil, 1); err != nil || len(s.GetStreams()) != 0 {
		t.Errorf("got %v, %v, want no streams for no rows", s, err)
	}
}

func TestReadingNeedsTheKey(t *testing.T) {
	w := newWorld(t)
	w.fill(1)
	s, err := w.session(nil, 1)
	if err != nil {
		t.Fatal(err)
	}
	w.DisableKey(w.key)
	_, _, err = w.readIDs(s, s.GetStreams()[0].GetName(), 0)
	wantCode(t, err, codes.FailedPrecondition, storagepb.StorageError_CMEK_ENCRYPTION_ERROR)
	_, err = w.session(nil, 1)
	wantCode(t, err, codes.FailedPrecondition, storagepb.StorageError_CMEK_ENCRYPTION_ERROR)
}

func TestSessionExpires(t *testing.T) {
	w := newWorld(t)
	w.fill(1)
	s, err := w.session(nil, 1)
	if err != nil {
		t.Fatal(err)
	}
	w.now = s.GetExpireTime().AsTime()
	if _, _, err = w.readIDs(s, s.GetStreams()[0].GetName(), 0); status.Code(err) != codes.FailedPrecondition {
		t.Errorf("got %v, want FailedPrecondition", err)
	}
}

func TestFaultStrikesInTheMiddleOfAReading(t *testing.T) {
	w := newWorld(t)
	w.fill(20_000)
	s, err := w.session(nil, 1)
	if err != nil {
		t.Fatal(err)
	}
	w.Inject(emulator.Fault{Method: "bigquerystorage.ReadRows.next", Call: 1, Code: codes.Internal})
	ids, _, err := w.readIDs(s, s.GetStreams()[0].GetName(), 0)
	if len(ids) == 0 || len(ids) == 20_000 || status.Code(err) != codes.Internal {
		t.Errorf("got %d rows, then %v, want some and Internal", len(ids), err)
	}
}
