package kms

import (
	"time"

	"cloud.google.com/go/kms/apiv1/kmspb"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// advance does to a key what has come due since somebody last looked at it.
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

// rotate makes a new primary version at the time of the schedule. A key without a period rotates once.
func (s *store) rotate(k *key) {
	due := k.NextRotationTime.AsTime()
	k.primary = s.addVersion(k, due, "kms.rotation")
	k.NextRotationTime = nil
	if period := k.GetRotationPeriod(); period != nil {
		k.NextRotationTime = timestamppb.New(due.Add(period.AsDuration()))
	}
}

// destroy forgets the version's key material for good.
func (s *store) destroy(v *version) {
	v.State = kmspb.CryptoKeyVersion_DESTROYED
	v.DestroyEventTime, v.DestroyTime = v.DestroyTime, nil
	v.cipher = nil
	s.env.Ledger.Delete(kindVersion, v.Name, 0, v.DestroyEventTime.AsTime())
}
