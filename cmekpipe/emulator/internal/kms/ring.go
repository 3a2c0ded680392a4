package kms

import (
	"context"
	"maps"
	"slices"
	"strings"

	"cloud.google.com/go/kms/apiv1/kmspb"
	"google.golang.org/protobuf/proto"
)

// The kinds of resources, as the ledger names them.
const (
	kindRing    = "keyRing"
	kindKey     = "cryptoKey"
	kindVersion = "cryptoKeyVersion"
)

// CreateKeyRing creates a key ring, which can't be deleted.
func (s *keyService) CreateKeyRing(ctx context.Context, r *kmspb.CreateKeyRingRequest) (*kmspb.KeyRing, error) {
	if err := checkLocation(r.GetParent()); err != nil {
		return nil, err
	}
	name := r.GetParent() + "/keyRings/" + r.GetKeyRingId()
	if err := checkRing(name); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.authorize(ctx, "cloudkms.keyRings.create", r.GetParent()); err != nil {
		return nil, err
	}
	if s.rings[name] != nil {
		return nil, alreadyExists("KeyRing", name)
	}
	if err := s.checkPlace(name); err != nil {
		return nil, err
	}
	made := &kmspb.KeyRing{Name: name, CreateTime: s.now()}
	s.rings[name] = &ring{made}
	s.record(made.CreateTime.AsTime(), "kms.CreateKeyRing", kindRing, name, strings.Split(name, "/")[1])
	return proto.CloneOf(made), nil
}

// GetKeyRing returns a key ring.
func (s *keyService) GetKeyRing(ctx context.Context, r *kmspb.GetKeyRingRequest) (*kmspb.KeyRing, error) {
	if err := checkRing(r.GetName()); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.authorize(ctx, "cloudkms.keyRings.get", r.GetName()); err != nil {
		return nil, err
	}
	found, err := s.ring(r.GetName())
	if err != nil {
		return nil, err
	}
	return proto.CloneOf(found.KeyRing), nil
}

// ListKeyRings returns the key rings of a location, by name.
func (s *keyService) ListKeyRings(
	ctx context.Context, r *kmspb.ListKeyRingsRequest,
) (*kmspb.ListKeyRingsResponse, error) {
	if err := checkLocation(r.GetParent()); err != nil {
		return nil, err
	}
	if err := checkList(r); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.authorize(ctx, "cloudkms.keyRings.list", r.GetParent()); err != nil {
		return nil, err
	}
	var all []*kmspb.KeyRing
	for _, name := range slices.Sorted(maps.Keys(s.rings)) {
		if ancestor(name, locationParts) == r.GetParent() {
			all = append(all, s.rings[name].KeyRing)
		}
	}
	page, next, err := cutPage(all, r)
	if err != nil {
		return nil, err
	}
	return &kmspb.ListKeyRingsResponse{KeyRings: clones(page), NextPageToken: next, TotalSize: int32(len(all))}, nil
}

func (s *store) ring(name string) (*ring, error) {
	if r := s.rings[name]; r != nil {
		return r, nil
	}
	return nil, notFound("KeyRing %s not found.", name)
}

func clones[M proto.Message](messages []M) []M {
	copies := make([]M, len(messages))
	for i, m := range messages {
		copies[i] = proto.CloneOf(m)
	}
	return copies
}
