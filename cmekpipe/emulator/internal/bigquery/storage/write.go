package storage

import (
	"cmp"
	"context"
	"slices"
	"sync"

	"cloud.google.com/go/bigquery/storage/apiv1/storagepb"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/bigquery/store"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
)

// writeService is google.cloud.bigquery.storage.v1.BigQueryWrite.
type writeService struct {
	storagepb.UnimplementedBigQueryWriteServer
	env   *core.Env
	store *store.Store

	quotas quotas
	late   lateRequests

	mu      sync.Mutex
	streams map[string]*stream
}

// CreateWriteStream creates a stream.
func (w *writeService) CreateWriteStream(
	_ context.Context, r *storagepb.CreateWriteStreamRequest,
) (*storagepb.WriteStream, error) {
	ref, id, err := parseName(r.GetParent())
	if err != nil {
		return nil, err
	}
	if id != "" {
		return nil, refuse(codes.InvalidArgument, "Invalid parent %q, want a table", r.GetParent())
	}
	kind := r.GetWriteStream().GetType()
	switch kind {
	case storagepb.WriteStream_COMMITTED, storagepb.WriteStream_PENDING, storagepb.WriteStream_BUFFERED:
	default:
		return nil, refuse(codes.InvalidArgument, "Invalid write stream type %s, want COMMITTED, PENDING or BUFFERED", kind)
	}
	t, err := w.store.Table(ref)
	if err != nil {
		return nil, translate(err, ref)
	}
	now := w.env.Now()
	if err := w.quotas.createStream(ref.Project, w.store.Limits(t.Location), now); err != nil {
		return nil, err
	}
	s := &stream{
		name: tableName(ref) + "/streams/" + randomID(), ref: ref, tableID: t.ID, place: t.Location, kind: kind, created: now,
		used: now,
	}
	w.mu.Lock()
	w.streams[s.name] = s
	w.mu.Unlock()
	answer := s.resource()
	answer.TableSchema = schemaOf(t.Columns)
	return answer, nil
}

// find returns a stream that has not expired.
func (w *writeService) find(name string) (*stream, error) {
	w.mu.Lock()
	s := w.streams[name]
	w.mu.Unlock()
	if s == nil || s.expired(w.env.Now()) {
		return nil, detail(codes.NotFound, storagepb.StorageError_STREAM_NOT_FOUND, name, "Requested entity was not found.")
	}
	return s, nil
}

// GetWriteStream returns a stream.
func (w *writeService) GetWriteStream(
	_ context.Context, r *storagepb.GetWriteStreamRequest,
) (*storagepb.WriteStream, error) {
	ref, id, err := parseName(r.GetName())
	if err != nil {
		return nil, err
	}
	t, err := w.store.Table(ref)
	if err != nil {
		return nil, translate(err, ref)
	}
	answer := &storagepb.WriteStream{
		Name: tableName(ref) + "/streams/" + defaultStream, Type: storagepb.WriteStream_COMMITTED, Location: t.Location,
		WriteMode: storagepb.WriteStream_INSERT, // the default stream was never created and has no time
	}
	if id != defaultStream {
		s, err := w.find(r.GetName())
		if err != nil {
			return nil, err
		}
		answer = s.resource()
	}
	if r.GetView() == storagepb.WriteStreamView_FULL {
		answer.TableSchema = schemaOf(t.Columns)
	}
	return answer, nil
}

// FinalizeWriteStream ends a stream.
func (w *writeService) FinalizeWriteStream(
	_ context.Context, r *storagepb.FinalizeWriteStreamRequest,
) (*storagepb.FinalizeWriteStreamResponse, error) {
	_, id, err := parseName(r.GetName())
	if err != nil {
		return nil, err
	}
	if id == defaultStream {
		return nil, refuse(codes.InvalidArgument, "The default stream can't be finalized.")
	}
	s, err := w.find(r.GetName())
	if err != nil {
		return nil, err
	}
	for w.late.next(s.name) { // at the latest, and in the worst moment
	}
	return &storagepb.FinalizeWriteStreamResponse{RowCount: s.finalize()}, nil
}

// FlushRows shows rows of a BUFFERED stream.
func (w *writeService) FlushRows(
	_ context.Context, r *storagepb.FlushRowsRequest,
) (*storagepb.FlushRowsResponse, error) {
	s, err := w.find(r.GetWriteStream())
	if err != nil {
		return nil, err
	}
	if r.GetOffset() == nil {
		return nil, refuse(codes.InvalidArgument, "The offset is required.")
	}
	if err := s.flush(w.store, r.GetOffset().GetValue()); err != nil {
		return nil, translate(err, s.ref)
	}
	return &storagepb.FlushRowsResponse{Offset: r.GetOffset().GetValue()}, nil
}

// BatchCommitWriteStreams commits PENDING streams of one table: all of them, or none and says why.
func (w *writeService) BatchCommitWriteStreams(
	_ context.Context, r *storagepb.BatchCommitWriteStreamsRequest,
) (*storagepb.BatchCommitWriteStreamsResponse, error) {
	ref, _, err := parseName(r.GetParent())
	if err != nil {
		return nil, err
	}
	if len(r.GetWriteStreams()) == 0 {
		return nil, refuse(codes.InvalidArgument, "The write_streams are required.")
	}
	answer := &storagepb.BatchCommitWriteStreamsResponse{}
	var streams []*stream
	for _, name := range r.GetWriteStreams() {
		s, err := w.find(name)
		if err != nil {
			answer.StreamErrors = append(answer.StreamErrors, &storagepb.StorageError{
				Code: storagepb.StorageError_STREAM_NOT_FOUND, Entity: name, ErrorMessage: "Requested entity was not found.",
			})
			continue
		}
		if s.ref != ref {
			return nil, refuse(codes.InvalidArgument, "The stream %s is not of table %s", name, r.GetParent())
		}
		if slices.Contains(streams, s) {
			return nil, refuse(codes.InvalidArgument, "The stream %s is named twice", name)
		}
		streams = append(streams, s)
	}
	if err := w.commit(ref, streams, answer); err != nil {
		return nil, translate(err, ref)
	}
	return answer, nil
}

// commit locks all streams, in the order of their names so that two calls can't deadlock, checks them and appends their
// rows to the table.
func (w *writeService) commit(
	ref store.TableRef, streams []*stream, answer *storagepb.BatchCommitWriteStreamsResponse,
) error {
	ordered := slices.SortedFunc(slices.Values(streams), func(a, b *stream) int { return cmp.Compare(a.name, b.name) })
	for _, s := range ordered {
		s.mu.Lock()
		defer s.mu.Unlock()
	}
	t, err := w.store.Table(ref)
	if err != nil {
		return err
	}
	if err := withinCommit(streams, w.store.Limits(t.Location)); err != nil {
		return err
	}
	var rows []store.Row
	for _, s := range streams {
		if bad := s.uncommittable(t.ID); bad != nil {
			answer.StreamErrors = append(answer.StreamErrors, bad)
			continue
		}
		held, err := store.Widen(ref, s.held, s.columns, t.Columns)
		if err != nil {
			return err
		}
		rows = append(rows, held...)
	}
	if len(answer.StreamErrors) > 0 {
		return nil
	}
	if err := w.store.Append(ref, t.ID, t.Columns, rows); err != nil {
		return err
	}
	now := w.env.Now()
	answer.CommitTime = timestamppb.New(now)
	for _, s := range streams {
		s.committed, s.held = now, nil
	}
	return nil
}

// withinCommit refuses more streams or bytes than one commit may have. The caller holds the streams' locks. Source:
// https://docs.cloud.google.com/bigquery/quotas#write-api-limits.
func withinCommit(streams []*stream, l store.Limits) error {
	if len(streams) > l.CommitStreams {
		return refuse(codes.InvalidArgument, "Got %d streams in a commit, the limit is %d.", len(streams), l.CommitStreams)
	}
	var bytes int64
	for _, s := range streams {
		bytes += s.bytes
	}
	if bytes > l.CommitBytes {
		return refuse(codes.InvalidArgument, "Got %d bytes in a commit, the limit is %d.", bytes, l.CommitBytes)
	}
	return nil
}
