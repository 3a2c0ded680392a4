package storage

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"cloud.google.com/go/bigquery/storage/apiv1/storagepb"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/bigquery/codec"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/bigquery/sql"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/bigquery/store"
)

const (
	// sessionLife is how long a session can be read: six hours. Source: the API's comment on CreateReadSession.
	sessionLife = 6 * time.Hour
	// defaultStreams is how many streams a session has whose client asks for no number.
	defaultStreams = 4
	// leastRows is how many rows a stream has at least, unless there are less.
	leastRows = 1000
)

// session is a snapshot of a table's rows. It does not change.
type session struct {
	ref     store.TableRef
	key     cmekpipe.KeyVersionName
	expires time.Time
	rows    []store.Row
	encode  encoder
	streams [][2]int // from and to of each in rows
}

// encoder puts rows into an answer.
type encoder interface {
	describe(*storagepb.ReadSession)
	head(*storagepb.ReadRowsResponse)
	batch([]store.Row, *storagepb.ReadRowsResponse) error
}

// CreateReadSession creates a snapshot of a table's rows and the streams to read it.
func (r *readService) CreateReadSession(
	_ context.Context, q *storagepb.CreateReadSessionRequest,
) (*storagepb.ReadSession, error) {
	want := q.GetReadSession()
	if !strings.HasPrefix(q.GetParent(), "projects/") || strings.Count(q.GetParent(), "/") != 1 {
		return nil, refuse(codes.InvalidArgument, "Invalid parent %q, want projects/P", q.GetParent())
	}
	ref, id, err := parseName(want.GetTable())
	if err != nil || id != "" {
		return nil, refuse(codes.InvalidArgument, "Invalid table %q", want.GetTable())
	}
	if want.GetTableModifiers().GetSnapshotTime() != nil || want.GetReadOptions().GetSamplePercentage() != 0 {
		return nil, refuse(codes.Unimplemented, "The loopback BigQuery has no snapshot_time and sample_percentage.")
	}
	t, err := r.store.Read(ref)
	if err != nil {
		return nil, translate(err, ref)
	}
	s := &session{ref: ref, key: t.Key, expires: r.env.Now().Add(sessionLife)}
	if s.rows, err = restrict(t, want.GetReadOptions().GetRowRestriction(), r.env.Now()); err != nil {
		return nil, err
	}
	if s.encode, err = encoderFor(t, want); err != nil {
		return nil, err
	}
	s.split(q)
	return r.keep(s, q, t), nil
}

// keep names a session and its streams.
func (r *readService) keep(s *session, q *storagepb.CreateReadSessionRequest, t *store.Table) *storagepb.ReadSession {
	answer := &storagepb.ReadSession{
		Name:       q.GetParent() + "/locations/" + strings.ToLower(t.Location) + "/sessions/" + randomID(),
		ExpireTime: timestamppb.New(s.expires), DataFormat: q.GetReadSession().GetDataFormat(),
		Table: tableName(s.ref), ReadOptions: q.GetReadSession().GetReadOptions(),
		EstimatedRowCount: int64(len(s.rows)), EstimatedTotalBytesScanned: t.Bytes,
	}
	s.encode.describe(answer)
	for i := range s.streams {
		answer.Streams = append(answer.Streams, &storagepb.ReadStream{Name: answer.Name + "/streams/" + strconv.Itoa(i)})
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sessions[answer.Name] = s
	return answer
}

// split gives each stream its part of the rows. A session without rows has no streams.
func (s *session) split(q *storagepb.CreateReadSessionRequest) {
	n := int(q.GetMaxStreamCount())
	if n <= 0 {
		n = max(defaultStreams, int(q.GetPreferredMinStreamCount()))
	}
	n = min(n, (len(s.rows)+leastRows-1)/leastRows)
	for i := range n {
		s.streams = append(s.streams, [2]int{i * len(s.rows) / n, (i + 1) * len(s.rows) / n})
	}
}

// restrict returns the rows that a restriction allows.
func restrict(t *store.Table, restriction string, now time.Time) ([]store.Row, error) {
	if restriction == "" {
		return t.Rows, nil
	}
	keep, err := sql.Filter(restriction, t.Columns, now)
	if err != nil {
		return nil, refuse(codes.InvalidArgument, "request failed: Query error: %s", err)
	}
	var rows []store.Row
	for _, row := range t.Rows {
		ok, err := keep(row)
		if err != nil {
			return nil, refuse(codes.InvalidArgument, "request failed: Query error: %s", err)
		}
		if ok {
			rows = append(rows, row)
		}
	}
	return rows, nil
}

// encoderFor prepares the selected columns, which stand in the table's order.
func encoderFor(t *store.Table, want *storagepb.ReadSession) (encoder, error) {
	picked, err := pick(t.Columns, want.GetReadOptions().GetSelectedFields())
	if err != nil {
		return nil, err
	}
	switch want.GetDataFormat() {
	case storagepb.DataFormat_ARROW:
		a, err := codec.NewShape(t.Columns).Arrow(picked)
		return arrowEncoder{a}, err
	case storagepb.DataFormat_AVRO:
		a, err := codec.NewShape(t.Columns).Avro(picked)
		return avroEncoder{a}, err
	}
	return nil, refuse(codes.InvalidArgument, "The data_format is required.")
}

func pick(columns []sql.Field, names []string) ([]int, error) {
	picked := make([]int, 0, len(columns))
	for _, name := range names {
		if strings.Contains(name, ".") {
			return nil, refuse(codes.Unimplemented, "The loopback BigQuery selects whole columns only, not %s.", name)
		}
		i := slices.IndexFunc(columns, func(c sql.Field) bool { return strings.EqualFold(c.Name, name) })
		if i < 0 {
			return nil, refuse(codes.InvalidArgument, "request failed: The following selected fields do not exist in the "+
				"table schema: %s", name)
		}
		picked = append(picked, i)
	}
	if len(names) == 0 {
		for i := range columns {
			picked = append(picked, i)
		}
	}
	slices.Sort(picked)
	return slices.Compact(picked), nil
}

type arrowEncoder struct{ *codec.Arrow }

func (a arrowEncoder) describe(s *storagepb.ReadSession) {
	s.Schema = &storagepb.ReadSession_ArrowSchema{ArrowSchema: &storagepb.ArrowSchema{SerializedSchema: a.Schema()}}
}

func (a arrowEncoder) head(r *storagepb.ReadRowsResponse) {
	r.Schema = &storagepb.ReadRowsResponse_ArrowSchema{ArrowSchema: &storagepb.ArrowSchema{SerializedSchema: a.Schema()}}
}

func (a arrowEncoder) batch(rows []store.Row, r *storagepb.ReadRowsResponse) error {
	data, err := a.Batch(rows)
	r.Rows = &storagepb.ReadRowsResponse_ArrowRecordBatch{
		ArrowRecordBatch: &storagepb.ArrowRecordBatch{SerializedRecordBatch: data},
	}
	return err
}

type avroEncoder struct{ *codec.Avro }

func (a avroEncoder) describe(s *storagepb.ReadSession) {
	s.Schema = &storagepb.ReadSession_AvroSchema{AvroSchema: &storagepb.AvroSchema{Schema: a.Schema()}}
}

func (a avroEncoder) head(r *storagepb.ReadRowsResponse) {
	r.Schema = &storagepb.ReadRowsResponse_AvroSchema{AvroSchema: &storagepb.AvroSchema{Schema: a.Schema()}}
}

func (a avroEncoder) batch(rows []store.Row, r *storagepb.ReadRowsResponse) error {
	r.Rows = &storagepb.ReadRowsResponse_AvroRows{
		AvroRows: &storagepb.AvroRows{SerializedBinaryRows: a.Append(nil, rows)},
	}
	return nil
}
