package storage_test

import (
	"errors"
	"io"
	"testing"

	"cloud.google.com/go/bigquery/storage/apiv1/storagepb"
	"cloud.google.com/go/bigquery/storage/managedwriter"
	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc/codes"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
)

// managed returns a stream of Google's managed writer for d.t.
func (w *world) managed(kind managedwriter.StreamType) (*managedwriter.Client, *managedwriter.ManagedStream) {
	w.t.Helper()
	client, err := managedwriter.NewClient(w.t.Context(), cmektest.Project, w.ClientOptions(emulator.BigQueryStorage)...)
	if err != nil {
		w.t.Fatal(err)
	}
	s, err := client.NewManagedStream(w.t.Context(), managedwriter.WithDestinationTable(table),
		managedwriter.WithType(kind), managedwriter.WithSchemaDescriptor(descriptor()), managedwriter.EnableWriteRetries(true))
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() {
		if err := s.Close(); err != nil && !errors.Is(err, io.EOF) {
			w.t.Error(err)
		}
		if err := client.Close(); err != nil {
			w.t.Error(err)
		}
	})
	return client, s
}

// appendManaged appends rows and returns the offset of the first one.
func (w *world) appendManaged(s *managedwriter.ManagedStream, offset int64, rows ...[]byte) (int64, error) {
	w.t.Helper()
	var options []managedwriter.AppendOption
	if offset >= 0 {
		options = append(options, managedwriter.WithOffset(offset))
	}
	result, err := s.AppendRows(w.t.Context(), rows, options...)
	if err != nil {
		return 0, err
	}
	return result.GetResult(w.t.Context())
}

func TestManagedWriterAppendsToTheDefaultStream(t *testing.T) {
	w := newWorld(t)
	_, s := w.managed(managedwriter.DefaultStream)
	for i := range 3 {
		if at, err := w.appendManaged(s, -1, row(2*i), row(2*i+1)); err != nil || at != managedwriter.NoStreamOffset {
			t.Fatalf("got offset %d, %v, want none", at, err)
		}
	}
	if diff := cmp.Diff([]int64{0, 1, 2, 3, 4, 5}, w.ids()); diff != "" {
		t.Errorf("ids (-want +got):\n%s", diff)
	}
}

func TestManagedWriterCommitsPendingStreams(t *testing.T) {
	w := newWorld(t)
	client, s := w.managed(managedwriter.PendingStream)
	for _, offset := range []int64{0, 2} {
		if at, err := w.appendManaged(s, offset, row(int(offset)), row(int(offset)+1)); err != nil || at != offset {
			t.Fatalf("got offset %d, %v, want %d", at, err, offset)
		}
	}
	_, err := w.appendManaged(s, 2, row(2), row(3))
	wantCode(t, err, codes.AlreadyExists, storagepb.StorageError_OFFSET_ALREADY_EXISTS)
	if n, err := s.Finalize(t.Context()); err != nil || n != 4 {
		t.Fatalf("got %d rows, %v, want 4", n, err)
	}
	if got := w.ids(); len(got) != 0 {
		t.Errorf("got ids %v before the commit, want none", got)
	}
	got, err := client.BatchCommitWriteStreams(t.Context(), &storagepb.BatchCommitWriteStreamsRequest{
		Parent: managedwriter.TableParentFromStreamName(s.StreamName()), WriteStreams: []string{s.StreamName()}})
	if err != nil || !got.GetCommitTime().AsTime().Equal(w.now) {
		t.Fatalf("got %v, %v, want it committed now", got, err)
	}
	if diff := cmp.Diff([]int64{0, 1, 2, 3}, w.ids()); diff != "" {
		t.Errorf("ids (-want +got):\n%s", diff)
	}
}

func TestManagedWriterFlushesBufferedStreams(t *testing.T) {
	w := newWorld(t)
	_, s := w.managed(managedwriter.BufferedStream)
	if _, err := w.appendManaged(s, 0, row(0), row(1), row(2)); err != nil {
		t.Fatal(err)
	}
	for offset, want := range [][]int64{{0}, {0, 1}, {0, 1, 2}} {
		if at, err := s.FlushRows(t.Context(), int64(offset)); err != nil || at != int64(offset) {
			t.Fatalf("got offset %d, %v, want %d", at, err, offset)
		}
		if diff := cmp.Diff(want, w.ids()); diff != "" {
			t.Errorf("flushed to %d: ids (-want +got):\n%s", offset, diff)
		}
	}
}

func TestManagedWriterReportsTheKeyThatIsDenied(t *testing.T) {
	w := newWorld(t)
	_, s := w.managed(managedwriter.CommittedStream)
	w.DenyKey(w.key, emulator.BigQuery)
	_, err := w.appendManaged(s, -1, row(1))
	wantCode(t, err, codes.PermissionDenied, storagepb.StorageError_KMS_PERMISSION_DENIED)
	w.GrantKey(w.key, emulator.BigQuery)
	if _, err := w.appendManaged(s, 0, row(2)); err != nil {
		t.Fatalf("with the key granted: %v", err)
	}
	if diff := cmp.Diff([]int64{2}, w.ids()); diff != "" {
		t.Errorf("ids (-want +got):\n%s", diff)
	}
}
