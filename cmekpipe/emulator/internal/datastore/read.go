package datastore

import (
	"context"

	"cloud.google.com/go/datastore/apiv1/datastorepb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/refuse"
)

// maxKeys is the maximum of keys in a lookup. Source: https://docs.cloud.google.com/datastore/docs/concepts/limits.
const maxKeys = 1000

// Lookup returns entities by their keys.
func (s *Data) Lookup(ctx context.Context, r *datastorepb.LookupRequest) (*datastorepb.LookupResponse, error) {
	if len(r.GetKeys()) == 0 || len(r.GetKeys()) > maxKeys || r.GetPropertyMask() != nil {
		return nil, refuse.InvalidArgument("A lookup has 1 to %d keys, and here no property mask.", maxKeys)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	d, err := s.open(ctx, r)
	if err != nil {
		return nil, err
	}
	t, begun, err := s.reader(d, r.GetReadOptions())
	if err != nil {
		return nil, err
	}
	answer := &datastorepb.LookupResponse{Transaction: begun, ReadTime: timestamppb.New(s.env.Now())}
	for _, k := range r.GetKeys() {
		if err := d.checkKey(k, false); err != nil {
			return nil, err
		}
		name := encode(k)
		t.saw(d, name)
		if e := d.entities[name]; e != nil {
			answer.Found = append(answer.Found, &datastorepb.EntityResult{Entity: e.entity, Version: e.version})
		} else {
			answer.Missing = append(answer.Missing, &datastorepb.EntityResult{Entity: &datastorepb.Entity{Key: k}})
		}
	}
	return answer, nil
}

// AllocateIds completes keys with numbers that it allocates only once.
func (s *Data) AllocateIds(
	ctx context.Context, r *datastorepb.AllocateIdsRequest,
) (*datastorepb.AllocateIdsResponse, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	d, err := s.open(ctx, r)
	if err != nil {
		return nil, err
	}
	answer := &datastorepb.AllocateIdsResponse{}
	for _, k := range r.GetKeys() {
		if err := d.checkKey(k, true); err != nil {
			return nil, err
		}
		if last(k).GetIdType() != nil {
			return nil, refuse.InvalidArgument("A key whose id is to be allocated is incomplete.")
		}
		(&change{store: s.store, database: d}).complete(k)
		answer.Keys = append(answer.Keys, k)
	}
	return answer, nil
}

// ReserveIds does nothing: allocated numbers are far from those that people choose, and AllocateIds checks that they
// are free.
func (s *Data) ReserveIds(ctx context.Context, r *datastorepb.ReserveIdsRequest) (*datastorepb.ReserveIdsResponse, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	d, err := s.open(ctx, r)
	if err != nil {
		return nil, err
	}
	for _, k := range r.GetKeys() {
		if err := d.checkKey(k, false); err != nil {
			return nil, err
		}
	}
	return &datastorepb.ReserveIdsResponse{}, nil
}
