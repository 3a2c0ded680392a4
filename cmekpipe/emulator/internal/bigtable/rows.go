package bigtable

import (
	"context"

	"cloud.google.com/go/bigtable/apiv2/bigtablepb"
	"google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/refuse"
)

// data returns a table for a call that reads or writes its rows, if the keys can be used.
func (s *store) data(ctx context.Context, name string) (*table, *instance, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	in, err := s.usable(ctx, name)
	if err != nil {
		return nil, nil, err
	}
	t := s.tables[name]
	if t == nil {
		return nil, nil, refuse.NotFound("Table not found: %s", name)
	}
	return t, in, nil
}

func (s *store) recordRows(in *instance, name, method string, size int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.record(in, core.Entry{Method: "bigtable.tables." + method, Kind: "rows", Name: name, Size: size})
}

// mutateRow checks a mutation of one row and records it after the fake applied it.
func (s *store) mutateRow(ctx context.Context, r *bigtablepb.MutateRowRequest, serve func() (any, error)) (any, error) {
	t, in, err := s.data(ctx, r.GetTableName())
	if err != nil {
		return nil, err
	}
	if err := checkRow(r.GetRowKey(), r.GetMutations()); err != nil {
		return nil, err
	}
	if s.lacks(t, r.GetMutations()) != nil {
		return nil, refuse.NotFound("Requested column family not found.")
	}
	answer, err := serve()
	if err == nil {
		s.recordRows(in, r.GetTableName(), "mutateRow", sizeOf(r.GetRowKey(), r.GetMutations()))
	}
	return answer, err
}

func (s *store) lacks(t *table, mutations []*bigtablepb.Mutation) *status.Status {
	s.mu.Lock()
	defer s.mu.Unlock()
	return t.unknownFamily(mutations)
}

// mutateRows passes the fake those rows that are valid as a whole and answers for the others.
func (s *store) mutateRows(srv any, ss grpc.ServerStream, serve grpc.StreamHandler) error {
	r := &bigtablepb.MutateRowsRequest{}
	if err := ss.RecvMsg(r); err != nil {
		return err
	}
	t, in, err := s.data(ss.Context(), r.GetTableName())
	if err != nil {
		return err
	}
	if err := checkEntries(r.GetEntries()); err != nil {
		return err
	}
	part := &partialStream{ServerStream: ss, request: &bigtablepb.MutateRowsRequest{TableName: r.GetTableName()}}
	size := int64(0)
	for i, e := range r.GetEntries() {
		if bad := s.lacks(t, e.GetMutations()); bad != nil {
			part.refused = append(part.refused, &bigtablepb.MutateRowsResponse_Entry{Index: int64(i), Status: bad})
			continue
		}
		part.request.Entries = append(part.request.Entries, e)
		part.index = append(part.index, int64(i))
		size += sizeOf(e.GetRowKey(), e.GetMutations())
	}
	if len(part.index) == 0 {
		return ss.SendMsg(&bigtablepb.MutateRowsResponse{Entries: part.refused})
	}
	// The ledger is written before the answer is sent, so that the client finds its rows in it.
	s.recordRows(in, r.GetTableName(), "mutateRows", size)
	return serve(srv, part)
}

// partialStream passes a part of a request to the fake and completes its answer.
type partialStream struct {
	grpc.ServerStream
	request *bigtablepb.MutateRowsRequest
	index   []int64 // the index in the request of each entry of the part
	refused []*bigtablepb.MutateRowsResponse_Entry
}

func (p *partialStream) RecvMsg(message any) error {
	proto.Merge(message.(proto.Message), p.request)
	return nil
}

func (p *partialStream) SendMsg(message any) error {
	answer := message.(*bigtablepb.MutateRowsResponse)
	for _, e := range answer.GetEntries() {
		e.Index = p.index[e.GetIndex()]
	}
	answer.Entries = append(answer.Entries, p.refused...)
	return p.ServerStream.SendMsg(answer)
}
