package kms

import (
	"time"

	"cloud.google.com/go/kms/apiv1/kmspb"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// advance applies the rotations and destructions of a key that have become due.
func (s *store) advance(k *key) {
	now := s.env.Now()
	for k.rotationDue(now) {
		s.rotate(k)
	}
	for _, v := range k.versions {
		if v.State == kmspb.CryptoKeyVersion_DESTROY_SCHEDULED && !v.DestroyTime.AsTime().After(now) {
			s.destroy(v)
		}
	}
}

func (k *key) rotationDue(now time.Time) bool {
	return k.NextRotationTime != nil && !k.NextRotationTime.AsTime().After(now)
}

// rotate creates a new primary version with the scheduled time. A key without a period rotates once.
func (s *store) rotate(k *key) {
	due := k.NextRotationTime.AsTime()
	k.primary = s.addVersion(k, due, "kms.rotation")
	k.NextRotationTime = nil
	if period := k.GetRotationPeriod(); period != nil {
		k.NextRotationTime = timestamppb.New(due.Add(period.AsDuration()))
	}
}

// destroy deletes the version's key material permanently.
func (s *store) destroy(v *version) {
	v.State = kmspb.CryptoKeyVersion_DESTROYED
	v.DestroyEventTime, v.DestroyTime = v.DestroyTime, nil
	v.cipher = nil
	s.env.Ledger.Delete(kindVersion, v.Name, 0, v.DestroyEventTime.AsTime())
}
