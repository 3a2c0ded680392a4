package bigtable

import (
	"context"

	"cloud.google.com/go/bigtable/admin/apiv2/adminpb"
	"cloud.google.com/go/bigtable/apiv2/bigtablepb"
	"google.golang.org/grpc"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/refuse"
)

// unary intercepts calls with one answer: it serves those about instances and clusters itself, and passes those about
// tables to Google's fake.
func (s *store) unary(ctx context.Context, request any, info *grpc.UnaryServerInfo, serve grpc.UnaryHandler) (any, error) {
	switch r := request.(type) {
	case *adminpb.CreateTableRequest, *adminpb.GetTableRequest, *adminpb.ListTablesRequest, *adminpb.DeleteTableRequest,
		*adminpb.ModifyColumnFamiliesRequest:
		if err := s.admitTable(ctx, request); err != nil {
			return nil, err
		}
		answer, err := serve(ctx, request)
		if err == nil {
			s.noteTable(ctx, request, answer)
		}
		return answer, err
	case *bigtablepb.MutateRowRequest:
		return s.mutateRow(ctx, r, func() (any, error) { return serve(ctx, request) })
	case *bigtablepb.PingAndWarmRequest:
		return serve(ctx, request)
	}
	return s.administer(ctx, request, info.FullMethod)
}

// administer answers calls about instances and clusters.
func (s *store) administer(ctx context.Context, request any, method string) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch r := request.(type) {
	case *adminpb.CreateInstanceRequest:
		return s.createInstance(ctx, r)
	case *adminpb.GetInstanceRequest:
		return s.getInstance(r)
	case *adminpb.ListInstancesRequest:
		return s.listInstances(r)
	case *adminpb.DeleteInstanceRequest:
		return s.deleteInstance(r)
	case *adminpb.CreateClusterRequest:
		return s.createCluster(ctx, r)
	case *adminpb.GetClusterRequest:
		return s.getCluster(r)
	case *adminpb.ListClustersRequest:
		return s.listClusters(r)
	case *adminpb.DeleteClusterRequest:
		return s.deleteCluster(r)
	}
	return nil, refuse.Unimplemented("Bigtable", "method %s", method)
}

// stream is unary for calls with a stream of answers.
func (s *store) stream(srv any, ss grpc.ServerStream, info *grpc.StreamServerInfo, serve grpc.StreamHandler) error {
	switch info.FullMethod {
	case bigtablepb.Bigtable_MutateRows_FullMethodName:
		return s.mutateRows(srv, ss, serve)
	case bigtablepb.Bigtable_ReadRows_FullMethodName, bigtablepb.Bigtable_SampleRowKeys_FullMethodName:
		return serve(srv, &admittedStream{ss, s})
	}
	return refuse.Unimplemented("Bigtable", "method %s", info.FullMethod)
}

// admittedStream refuses a request for rows whose key can't be used.
type admittedStream struct {
	grpc.ServerStream
	store *store
}

func (a *admittedStream) RecvMsg(message any) error {
	if err := a.ServerStream.RecvMsg(message); err != nil {
		return err
	}
	_, _, err := a.store.data(a.Context(), requestResource(message))
	return err
}
