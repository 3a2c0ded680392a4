package storage

import (
	"context"
	"strconv"
	"strings"
	"sync"

	"cloud.google.com/go/bigquery/storage/apiv1/storagepb"
	"google.golang.org/grpc/codes"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/bigquery/store"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
)

// readService is google.cloud.bigquery.storage.v1.BigQueryRead.
type readService struct {
	storagepb.UnimplementedBigQueryReadServer
	env   *core.Env
	store *store.Store

	mu       sync.Mutex
	sessions map[string]*session
}

// About how many rows and bytes an answer has at most.
const (
	batchRows  = 8192
	batchBytes = 1 << 20
)

// nextBatch is how faults know an answer of ReadRows after the first one.
const nextBatch = "bigquerystorage.ReadRows.next"

// find returns a session and the part of its rows that a stream has.
func (r *readService) find(name string) (*session, []store.Row, error) {
	id, number, found := strings.Cut(name, "/streams/")
	n, err := strconv.Atoi(number)
	r.mu.Lock()
	s := r.sessions[id]
	r.mu.Unlock()
	if !found || err != nil || s == nil || n < 0 || n >= len(s.streams) || strconv.Itoa(n) != number {
		return nil, nil, refuse(codes.NotFound, "Requested entity was not found: %s", name)
	}
	if !r.env.Now().Before(s.expires) {
		return nil, nil, refuse(codes.FailedPrecondition, "there was an error operating on '%s': session expired", name)
	}
	return s, s.rows[s.streams[n][0]:s.streams[n][1]], nil
}

// ReadRows sends the rows of a stream from an offset on.
func (r *readService) ReadRows(q *storagepb.ReadRowsRequest, call storagepb.BigQueryRead_ReadRowsServer) error {
	s, rows, err := r.find(q.GetReadStream())
	if err != nil {
		return err
	}
	if q.GetOffset() < 0 || q.GetOffset() > int64(len(rows)) {
		return refuse(codes.OutOfRange, "there was an error operating on '%s': offset %d is beyond its end", q.GetReadStream(),
			q.GetOffset())
	}
	if err := r.store.KeyUsable(s.ref.Project, s.key); err != nil {
		return translate(err, s.ref)
	}
	total := float64(len(rows))
	for at := int(q.GetOffset()); at < len(rows); {
		if at > int(q.GetOffset()) {
			if err := r.env.Faults.Message(call.Context(), nextBatch, q.GetReadStream()); err != nil {
				return err
			}
		}
		n := batchOf(rows[at:])
		answer := &storagepb.ReadRowsResponse{RowCount: int64(n)}
		if at == int(q.GetOffset()) {
			s.encode.head(answer)
		}
		if err := s.encode.batch(rows[at:at+n], answer); err != nil {
			return err
		}
		answer.Stats = &storagepb.StreamStats{Progress: &storagepb.StreamStats_Progress{
			AtResponseStart: float64(at) / total, AtResponseEnd: float64(at+n) / total,
		}}
		if err := call.Send(answer); err != nil {
			return err
		}
		at += n
	}
	return nil
}

// batchOf returns how many of the rows go into one answer.
func batchOf(rows []store.Row) int {
	size := int64(0)
	for i := range rows {
		size += store.Size(rows[i : i+1])
		if i+1 == batchRows || size >= batchBytes {
			return i + 1
		}
	}
	return len(rows)
}

// SplitReadStream answers that a stream can't be split any more, as the API allows.
func (r *readService) SplitReadStream(
	_ context.Context, q *storagepb.SplitReadStreamRequest,
) (*storagepb.SplitReadStreamResponse, error) {
	if _, _, err := r.find(q.GetName()); err != nil {
		return nil, err
	}
	return &storagepb.SplitReadStreamResponse{}, nil
}
