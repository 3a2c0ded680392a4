package kms

import (
	"context"

	"cloud.google.com/go/kms/apiv1/kmspb"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// UpdateCryptoKey changes the fields in the mask, all or none.
func (s *keyService) UpdateCryptoKey(
	ctx context.Context, r *kmspb.UpdateCryptoKeyRequest,
) (*kmspb.CryptoKey, error) {
	name, err := parseKey(r.GetCryptoKey().GetName())
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	k, err := s.authorizedKey(ctx, "cloudkms.cryptoKeys.update", name)
	if err != nil {
		return nil, err
	}
	changed, err := mergeKey(k.CryptoKey, r.GetCryptoKey(), r.GetUpdateMask())
	if err != nil {
		return nil, err
	}
	if err := checkKey(changed, s.env.Now()); err != nil {
		return nil, err
	}
	k.CryptoKey = changed
	return k.view(), nil
}

// mergeKey returns old with the masked fields of asked.
func mergeKey(old, asked *kmspb.CryptoKey, mask *fieldmaskpb.FieldMask) (*kmspb.CryptoKey, error) {
	if len(mask.GetPaths()) == 0 {
		return nil, invalid("got no update_mask, want the fields to change")
	}
	k := proto.CloneOf(old)
	for _, path := range mask.GetPaths() {
		switch path {
		case "labels":
			k.Labels = asked.GetLabels()
		case "next_rotation_time":
			k.NextRotationTime = asked.GetNextRotationTime()
		case "rotation_period":
			k.RotationSchedule = asked.GetRotationSchedule()
		case "version_template.algorithm":
			k.VersionTemplate.Algorithm = asked.GetVersionTemplate().GetAlgorithm()
		case "key_access_justifications_policy":
			k.KeyAccessJustificationsPolicy = asked.GetKeyAccessJustificationsPolicy()
		default:
			return nil, invalid("got %q in update_mask, want labels, next_rotation_time, rotation_period, "+
				"version_template.algorithm or key_access_justifications_policy", path)
		}
	}
	return k, nil
}

// UpdateCryptoKeyPrimaryVersion sets the version that encrypts new data. It does not change the rotation schedule.
func (s *keyService) UpdateCryptoKeyPrimaryVersion(
	ctx context.Context, r *kmspb.UpdateCryptoKeyPrimaryVersionRequest,
) (*kmspb.CryptoKey, error) {
	name, err := parseKey(r.GetName())
	if err != nil {
		return nil, err
	}
	id, err := cmekpipe.ParseKeyVersionName(name.String() + "/cryptoKeyVersions/" + r.GetCryptoKeyVersionId())
	if err != nil {
		return nil, invalid("got crypto_key_version_id %q, want a number from 1 on", r.GetCryptoKeyVersionId())
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	k, err := s.authorizedKey(ctx, "cloudkms.cryptoKeys.update", name)
	if err != nil {
		return nil, err
	}
	if k.Purpose != kmspb.CryptoKey_ENCRYPT_DECRYPT {
		return nil, precondition("%s has purpose %s, want ENCRYPT_DECRYPT: no other has a primary version.", name, k.Purpose)
	}
	_, v, err := s.version(id)
	if err != nil {
		return nil, err
	}
	if v.State != kmspb.CryptoKeyVersion_ENABLED {
		return nil, refuseState(v.Name, v.State.String())
	}
	k.primary = v
	return k.view(), nil
}
