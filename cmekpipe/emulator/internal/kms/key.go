package kms

import (
	"cmp"
	"context"
	"slices"

	"cloud.google.com/go/kms/apiv1/kmspb"
	"google.golang.org/protobuf/proto"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// CreateCryptoKey creates a key with a first version, which is the primary one if the key can encrypt.
func (s *keyService) CreateCryptoKey(
	ctx context.Context, r *kmspb.CreateCryptoKeyRequest,
) (*kmspb.CryptoKey, error) {
	if err := checkRing(r.GetParent()); err != nil {
		return nil, err
	}
	name, err := parseKey(r.GetParent() + "/cryptoKeys/" + r.GetCryptoKeyId())
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.authorize(ctx, "cloudkms.cryptoKeys.create", r.GetParent()); err != nil {
		return nil, err
	}
	if _, err := s.ring(r.GetParent()); err != nil {
		return nil, err
	}
	if s.keys[name] != nil {
		return nil, alreadyExists("CryptoKey", name.String())
	}
	k, err := s.newKey(name, r)
	if err != nil {
		return nil, err
	}
	return k.view(), nil
}

// newKey checks a request and creates its key, or creates nothing.
func (s *store) newKey(name cmekpipe.KeyName, r *kmspb.CreateCryptoKeyRequest) (*key, error) {
	if r.GetCryptoKey() == nil {
		return nil, invalid("got no crypto_key, want one with a purpose")
	}
	made := proto.CloneOf(r.GetCryptoKey())
	made.Name, made.Primary, made.CreateTime = name.String(), nil, s.now()
	setDefaults(made)
	if err := checkKey(made, s.env.Now()); err != nil {
		return nil, err
	}
	if err := s.checkPolicies(made, name.Project()); err != nil {
		return nil, err
	}
	if !r.GetSkipInitialVersionCreation() && (made.ImportOnly || isExternal(made.VersionTemplate.ProtectionLevel)) {
		return nil, invalid("want skip_initial_version_creation for %s: its versions are external", name)
	}
	k := &key{CryptoKey: made, name: name}
	s.keys[name] = k
	s.record(made.CreateTime.AsTime(), "kms.CreateCryptoKey", kindKey, made.Name, name.Project())
	if !r.GetSkipInitialVersionCreation() {
		v := s.addVersion(k, made.CreateTime.AsTime(), "kms.CreateCryptoKey")
		if made.Purpose == kmspb.CryptoKey_ENCRYPT_DECRYPT {
			k.primary = v
		}
	}
	return k, nil
}

// GetCryptoKey returns a key and its primary version.
func (s *keyService) GetCryptoKey(ctx context.Context, r *kmspb.GetCryptoKeyRequest) (*kmspb.CryptoKey, error) {
	name, err := parseKey(r.GetName())
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	k, err := s.authorizedKey(ctx, "cloudkms.cryptoKeys.get", name)
	if err != nil {
		return nil, err
	}
	return k.view(), nil
}

// ListCryptoKeys returns the keys of a key ring, by name.
func (s *keyService) ListCryptoKeys(
	ctx context.Context, r *kmspb.ListCryptoKeysRequest,
) (*kmspb.ListCryptoKeysResponse, error) {
	if err := checkRing(r.GetParent()); err != nil {
		return nil, err
	}
	if err := checkList(r); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.authorize(ctx, "cloudkms.cryptoKeys.list", r.GetParent()); err != nil {
		return nil, err
	}
	if _, err := s.ring(r.GetParent()); err != nil {
		return nil, err
	}
	all := s.keysOf(r.GetParent())
	page, next, err := cutPage(all, r)
	if err != nil {
		return nil, err
	}
	answer := &kmspb.ListCryptoKeysResponse{NextPageToken: next, TotalSize: int32(len(all))}
	for _, k := range page {
		s.advance(k)
		answer.CryptoKeys = append(answer.CryptoKeys, k.view())
	}
	return answer, nil
}

func (s *store) keysOf(ring string) []*key {
	var keys []*key
	for name, k := range s.keys {
		if ringOf(name) == ring {
			keys = append(keys, k)
		}
	}
	slices.SortFunc(keys, func(a, b *key) int { return cmp.Compare(a.Name, b.Name) })
	return keys
}

func (s *store) authorizedKey(ctx context.Context, permission string, name cmekpipe.KeyName) (*key, error) {
	if err := s.authorize(ctx, permission, name.String()); err != nil {
		return nil, err
	}
	return s.key(name)
}

// view returns a key in the form of the API.
func (k *key) view() *kmspb.CryptoKey {
	seen := proto.CloneOf(k.CryptoKey)
	if k.primary != nil {
		seen.Primary = proto.CloneOf(k.primary.CryptoKeyVersion)
	}
	return seen
}
