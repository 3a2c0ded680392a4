package kms

import (
	"context"
	"time"

	"cloud.google.com/go/kms/apiv1/kmspb"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// addVersion creates the key's next version by its template, enabled and not primary.
func (s *store) addVersion(k *key, at time.Time, method string) *version {
	number := int64(len(k.versions)) + 1
	name := k.name.Version(number)
	v := &version{name: name, CryptoKeyVersion: &kmspb.CryptoKeyVersion{
		Name: name.String(), State: kmspb.CryptoKeyVersion_ENABLED,
		ProtectionLevel: k.VersionTemplate.ProtectionLevel, Algorithm: k.VersionTemplate.Algorithm,
		CreateTime: timestamppb.New(at), GenerateTime: timestamppb.New(at),
	}}
	if k.Purpose == kmspb.CryptoKey_ENCRYPT_DECRYPT {
		v.cipher = newVersionCipher(number)
	}
	k.versions = append(k.versions, v)
	s.record(at, method, kindVersion, v.Name, k.name.Project())
	return v
}

// CreateCryptoKeyVersion creates a version. It becomes the primary one only if the key has none.
func (s *keyService) CreateCryptoKeyVersion(
	ctx context.Context, r *kmspb.CreateCryptoKeyVersionRequest,
) (*kmspb.CryptoKeyVersion, error) {
	name, err := parseKey(r.GetParent())
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.authorize(ctx, "cloudkms.cryptoKeyVersions.create", r.GetParent()); err != nil {
		return nil, err
	}
	k, err := s.key(name)
	if err != nil {
		return nil, err
	}
	external := r.GetCryptoKeyVersion().GetExternalProtectionLevelOptions()
	if err := checkOrigin(k, external); err != nil {
		return nil, err
	}
	v := s.addVersion(k, s.env.Now(), "kms.CreateCryptoKeyVersion")
	v.ExternalProtectionLevelOptions = proto.CloneOf(external)
	return proto.CloneOf(v.CryptoKeyVersion), nil
}

// checkOrigin checks that a new version names the key material that its protection level requires.
func checkOrigin(k *key, external *kmspb.ExternalProtectionLevelOptions) error {
	level := k.VersionTemplate.ProtectionLevel
	switch {
	case k.ImportOnly:
		return precondition("%s accepts imported versions only.", k.name)
	case level == kmspb.ProtectionLevel_EXTERNAL && external.GetExternalKeyUri() == "":
		return invalid("got no external_key_uri, want one for protection level %s", level)
	case level == kmspb.ProtectionLevel_EXTERNAL_VPC && external.GetEkmConnectionKeyPath() == "":
		return invalid("got no ekm_connection_key_path, want one for protection level %s", level)
	case !isExternal(level) && external != nil:
		return invalid("got external_protection_level_options, want none for protection level %s", level)
	}
	return nil
}

// GetCryptoKeyVersion returns a version.
func (s *keyService) GetCryptoKeyVersion(
	ctx context.Context, r *kmspb.GetCryptoKeyVersionRequest,
) (*kmspb.CryptoKeyVersion, error) {
	return s.onVersion(ctx, "cloudkms.cryptoKeyVersions.get", r.GetName(), func(*key, *version) error { return nil })
}

// ListCryptoKeyVersions returns the versions of a key, the oldest first.
func (s *keyService) ListCryptoKeyVersions(
	ctx context.Context, r *kmspb.ListCryptoKeyVersionsRequest,
) (*kmspb.ListCryptoKeyVersionsResponse, error) {
	name, err := parseKey(r.GetParent())
	if err != nil {
		return nil, err
	}
	if err := checkList(r); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	k, err := s.authorizedKey(ctx, "cloudkms.cryptoKeyVersions.list", name)
	if err != nil {
		return nil, err
	}
	page, next, err := cutPage(k.versions, r)
	if err != nil {
		return nil, err
	}
	answer := &kmspb.ListCryptoKeyVersionsResponse{NextPageToken: next, TotalSize: int32(len(k.versions))}
	for _, v := range page {
		answer.CryptoKeyVersions = append(answer.CryptoKeyVersions, proto.CloneOf(v.CryptoKeyVersion))
	}
	return answer, nil
}

// onVersion changes a version on which the caller has a permission, and returns the changed version.
func (s *keyService) onVersion(
	ctx context.Context, permission, name string, do func(*key, *version) error,
) (*kmspb.CryptoKeyVersion, error) {
	parsed, err := parseVersion(name)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	k, v, err := s.authorizedVersion(ctx, permission, parsed)
	if err != nil {
		return nil, err
	}
	if err := do(k, v); err != nil {
		return nil, err
	}
	return proto.CloneOf(v.CryptoKeyVersion), nil
}

func (s *store) authorizedVersion(
	ctx context.Context, permission string, name cmekpipe.KeyVersionName,
) (*key, *version, error) {
	if err := s.authorize(ctx, permission, name.String()); err != nil {
		return nil, nil, err
	}
	return s.version(name)
}
