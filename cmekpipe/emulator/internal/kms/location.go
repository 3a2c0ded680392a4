package kms

import (
	"context"
	"path"

	"cloud.google.com/go/kms/apiv1/kmspb"
	locationpb "google.golang.org/genproto/googleapis/cloud/location"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/anypb"
)

// GetLocation returns a location. Each one supports keys of every protection level here; Google's locations differ.
func (s *locationService) GetLocation(
	ctx context.Context, r *locationpb.GetLocationRequest,
) (*locationpb.Location, error) {
	if err := checkLocation(r.GetName()); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.authorize(ctx, "cloudkms.locations.get", r.GetName()); err != nil {
		return nil, err
	}
	metadata, err := anypb.New(&kmspb.LocationMetadata{
		HsmAvailable: true, EkmAvailable: true, HsmSingleTenantAvailable: true,
	})
	if err != nil {
		return nil, status.Error(codes.Internal, err.Error())
	}
	return &locationpb.Location{Name: r.GetName(), LocationId: path.Base(r.GetName()), Metadata: metadata}, nil
}
