package kms

import (
	"context"
	"slices"

	"cloud.google.com/go/kms/apiv1/kmspb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
)

// UpdateCryptoKeyVersion enables or disables a version.
func (s *keyService) UpdateCryptoKeyVersion(
	ctx context.Context, r *kmspb.UpdateCryptoKeyVersionRequest,
) (*kmspb.CryptoKeyVersion, error) {
	if paths := r.GetUpdateMask().GetPaths(); !slices.Equal(paths, []string{"state"}) {
		return nil, invalid("got update_mask %q, want state", paths)
	}
	to := r.GetCryptoKeyVersion().GetState()
	if to != kmspb.CryptoKeyVersion_ENABLED && to != kmspb.CryptoKeyVersion_DISABLED {
		return nil, invalid("got state %s, want ENABLED or DISABLED", to)
	}
	name := r.GetCryptoKeyVersion().GetName()
	return s.onVersion(ctx, "cloudkms.cryptoKeyVersions.update", name, func(_ *key, v *version) error {
		if !switchable(v) {
			return precondition("%s can't become %s, current state is: %s.", v.Name, to, v.State)
		}
		v.State = to
		return nil
	})
}

// DestroyCryptoKeyVersion schedules a version for destruction. It can be restored until then.
func (s *keyService) DestroyCryptoKeyVersion(
	ctx context.Context, r *kmspb.DestroyCryptoKeyVersionRequest,
) (*kmspb.CryptoKeyVersion, error) {
	return s.onVersion(ctx, "cloudkms.cryptoKeyVersions.destroy", r.GetName(), func(k *key, v *version) error {
		if !switchable(v) {
			return precondition("%s can't be destroyed, current state is: %s.", v.Name, v.State)
		}
		if v.State != kmspb.CryptoKeyVersion_DISABLED && s.mustDisableFirst(k.name.Project()) {
			return violated(core.DisableBeforeDestroy, k.name.Project(), "to destroy "+v.Name+", which is not disabled")
		}
		v.State = kmspb.CryptoKeyVersion_DESTROY_SCHEDULED
		v.DestroyTime = timestamppb.New(s.env.Now().Add(k.DestroyScheduledDuration.AsDuration()))
		s.advance(k)
		return nil
	})
}

// RestoreCryptoKeyVersion cancels a scheduled destruction. The version is then disabled.
func (s *keyService) RestoreCryptoKeyVersion(
	ctx context.Context, r *kmspb.RestoreCryptoKeyVersionRequest,
) (*kmspb.CryptoKeyVersion, error) {
	return s.onVersion(ctx, "cloudkms.cryptoKeyVersions.restore", r.GetName(), func(_ *key, v *version) error {
		if v.State != kmspb.CryptoKeyVersion_DESTROY_SCHEDULED {
			return precondition("%s can't be restored, current state is: %s.", v.Name, v.State)
		}
		v.State, v.DestroyTime = kmspb.CryptoKeyVersion_DISABLED, nil
		return nil
	})
}

// switchable reports whether a client may enable or disable a version in this state.
func switchable(v *version) bool {
	return v.State == kmspb.CryptoKeyVersion_ENABLED || v.State == kmspb.CryptoKeyVersion_DISABLED
}
