package spanner

import (
	"context"
	"maps"
	"slices"

	"cloud.google.com/go/spanner/apiv1/spannerpb"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/refuse"
)

// snapshot returns the tables with their current rows.
func (d *database) snapshot() map[string]*table {
	tables := maps.Clone(d.tables)
	for name, t := range tables {
		copied := *t
		copied.rows = maps.Clone(t.rows)
		tables[name] = &copied
	}
	return tables
}

// result is the answer to a read.
type result struct {
	fields []*spannerpb.StructType_Field
	rows   []row
	begun  *spannerpb.Transaction
}

// StreamingRead returns rows by their keys, or all of a table, in the order of their keys.
func (s *dataService) StreamingRead(r *spannerpb.ReadRequest, stream spannerpb.Spanner_StreamingReadServer) error {
	if r.GetIndex() != "" || len(r.GetPartitionToken()) > 0 || len(r.GetKeySet().GetRanges()) > 0 {
		return refuse.Unimplemented("Spanner", "reads through an index, of partitions and of ranges")
	}
	found, err := s.read(stream.Context(), r)
	if err != nil {
		return err
	}
	return found.send(stream)
}

func (s *store) read(ctx context.Context, r *spannerpb.ReadRequest) (*result, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	open, err := s.open(ctx, r.GetSession())
	if err != nil {
		return nil, err
	}
	tables, begun, err := s.view(open, r.GetTransaction())
	if err != nil {
		return nil, err
	}
	t, err := (&database{tables: tables}).table(r.GetTable())
	if err != nil {
		return nil, err
	}
	places, err := t.places(r.GetColumns())
	if err != nil {
		return nil, err
	}
	keys, err := t.keys(r.GetKeySet())
	if err != nil {
		return nil, err
	}
	found := &result{fields: t.fields(places), begun: begun}
	for _, key := range keys {
		if r.GetLimit() > 0 && len(found.rows) == int(r.GetLimit()) {
			break
		}
		found.rows = append(found.rows, t.rows[key].only(places))
	}
	return found, nil
}

// keys returns the sorted keys of the rows that exist.
func (t *table) keys(set *spannerpb.KeySet) ([]string, error) {
	if set.GetAll() {
		return slices.Sorted(maps.Keys(t.rows)), nil
	}
	var keys []string
	for _, values := range set.GetKeys() {
		key, err := t.wholeKey(values)
		if err != nil {
			return nil, err
		}
		if t.rows[key] != nil {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys), nil
}

func (t *table) fields(places []int) []*spannerpb.StructType_Field {
	fields := make([]*spannerpb.StructType_Field, len(places))
	for i, place := range places {
		fields[i] = &spannerpb.StructType_Field{Name: string(t.columns[place].Name), Type: typeProto(t.columns[place].Type)}
	}
	return fields
}

func (r row) only(places []int) row {
	out := make(row, len(places))
	for i, place := range places {
		if out[i] = r[place]; out[i] == nil {
			out[i] = structpb.NewNullValue()
		}
	}
	return out
}

// messageBytes is the size at which a message of a stream is sent.
const messageBytes = 1 << 20

// partialResults is the stream of reads and of queries.
type partialResults interface {
	Send(*spannerpb.PartialResultSet) error
}

// send streams a result. The first message has the types, the last one is marked as last.
func (r *result) send(stream partialResults) error {
	next := &spannerpb.PartialResultSet{Metadata: &spannerpb.ResultSetMetadata{
		RowType: &spannerpb.StructType{Fields: r.fields}, Transaction: r.begun}}
	size := 0
	for _, values := range r.rows {
		if size > messageBytes {
			if err := stream.Send(next); err != nil {
				return err
			}
			next, size = &spannerpb.PartialResultSet{}, 0
		}
		next.Values = append(next.Values, values...)
		for _, v := range values {
			size += proto.Size(v)
		}
	}
	next.Last = true
	return stream.Send(next)
}
